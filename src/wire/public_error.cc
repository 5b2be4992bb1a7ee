// SPDX-License-Identifier: Apache-2.0
#include "wire/public_error.h"

#include "absl/time/time.h"
#include "base/log.h"
#include "base/rejections.h"
#include "errors/errors.h"

namespace zerotouch::wire {

absl::Status PublicError(const absl::Status& status) {
  if (errors::IsPublic(status)) return status;
  log::Error("request failed with an internal error", {{"error", status.ToString()}});
  switch (status.code()) {
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kAborted:
      return errors::Unavailable("the registry is busy or unreachable");
    case absl::StatusCode::kResourceExhausted:
      CountRejection(Rejection::kStoreQueue);
      return errors::TooBusy("too many requests are waiting", absl::Seconds(1));
    case absl::StatusCode::kUnknown:
      return errors::ChangeUnknown();
    default:
      return errors::Internal();
  }
}

}  // namespace zerotouch::wire
