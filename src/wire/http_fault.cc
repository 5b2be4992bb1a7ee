// SPDX-License-Identifier: Apache-2.0
#include "wire/http_fault.h"

#include <string>

#include "absl/time/time.h"
#include "errors/errors.h"

namespace zerotouch::wire {

absl::Status StatusOf(const http::Fault& fault) {
  using Kind = http::Fault::Kind;
  switch (fault.kind) {
    case Kind::kMalformed:
      return errors::BadRequest({{"", std::string(fault.text)}});
    case Kind::kUrlTooLong:
      return errors::UrlTooLong(fault.limit_bytes);
    case Kind::kHeaderTooLarge:
      return errors::HeaderTooLarge(fault.limit_bytes);
    case Kind::kBodyTooLarge:
      return errors::BodyTooLarge(fault.limit_bytes);
    case Kind::kUnsupportedContentCoding:
      return errors::UnsupportedContentCoding();
    case Kind::kTooBusy:
      return errors::TooBusy(fault.text, absl::Seconds(1));
    case Kind::kDeadlineExceeded:
      return errors::DeadlineExceeded();
    case Kind::kInternal:
      return errors::Internal();
  }
  return errors::Internal();
}

}  // namespace zerotouch::wire
