// SPDX-License-Identifier: Apache-2.0
#include "batch/accept.h"

#include <algorithm>
#include <chrono>
#include <optional>

#include "absl/time/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/rejections.h"
#include "base/status_macros.h"
#include "base/status_text.h"
#include "errors/errors.h"

namespace zerotouch::batch {
namespace {

// Pauses before the operation is added again: the first one and the longest one.
constexpr absl::Duration kFirstPause = absl::Milliseconds(50);
constexpr absl::Duration kLongestPause = absl::Seconds(1);

// Says what is known about an operation after its first commit was not confirmed.
enum class Known { kNothing, kStored, kAbsent };

absl::Status AddUnlessTooMany(store::Transaction& transaction, const store::OperationHead& head,
                              const std::function<absl::Status(store::Transaction&)>& add,
                              bool in_doubt, Known& known) {
  // Waits for other transactions that add an operation of the partner: after it, the
  // earlier attempt has either committed or can no longer do so.
  ZT_ASSIGN_OR_RETURN(const int64_t unfinished, transaction.CountUnfinished(head.partner),
                      "counting the unfinished operations");
  if (in_doubt) {
    ZT_ASSIGN_OR_RETURN(const std::optional<store::OperationHead> found,
                        transaction.FindOperation(head.id), "looking for the operation");
    known = found.has_value() ? Known::kStored : Known::kAbsent;
    if (known == Known::kStored) return absl::OkStatus();
  }
  if (unfinished >= limits::kUnfinishedOperationsPerPartner) {
    return errors::TooBusy("too many unfinished operations of this partner", absl::Seconds(5));
  }
  const absl::Status status = add(transaction);
  if (in_doubt && absl::IsAlreadyExists(status)) known = Known::kStored;
  return status;
}

}  // namespace

absl::Status AddOperation(store::Store& store, const store::OperationHead& head,
                          const std::function<absl::Status(store::Transaction&)>& add,
                          absl::Duration doubt) {
  std::optional<std::chrono::steady_clock::time_point> give_up;  // once in doubt
  absl::Duration pause = kFirstPause;
  Known known = Known::kNothing;
  for (;;) {
    absl::Status status = store.Write([&](store::Transaction& transaction) {
      return AddUnlessTooMany(transaction, head, add, give_up.has_value(), known);
    });
    if (status.ok() || known == Known::kStored) return absl::OkStatus();
    const auto now = std::chrono::steady_clock::now();
    if (absl::IsUnknown(status)) {
      known = Known::kNothing;
      if (!give_up.has_value()) give_up = now + absl::ToChronoMicroseconds(doubt);
    } else if (!give_up.has_value() || known == Known::kAbsent) {
      const bool is_refused = absl::IsResourceExhausted(status) && errors::IsPublic(status);
      if (is_refused) CountRejection(Rejection::kOperations);
      return status;
    }
    if (now >= *give_up) {
      return absl::UnknownError(
          "it is not known whether the operation is stored: the database does not answer");
    }
    log::Warning("cannot tell whether an operation is stored; adding it again",
                 {{"operation", head.id.value()}, {"error", MessageOf(status)}});
    absl::SleepFor(pause);
    pause = std::min(pause * 2, kLongestPause);
  }
}

}  // namespace zerotouch::batch
