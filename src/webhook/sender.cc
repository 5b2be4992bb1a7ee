// SPDX-License-Identifier: Apache-2.0
#include "webhook/sender.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "base/status_text.h"
#include "store/store.h"
#include "webhook/delivery.h"
#include "webhook/figures.h"
#include "webhook/signature.h"
#include "webhook/transfer.h"

namespace zerotouch::webhook {
namespace {

// How long it does not look for deliveries after the store failed.
constexpr absl::Duration kPauseAfterError = absl::Seconds(2);

// How often it deletes deliveries past limits::kDeliveriesPerWebhook.
constexpr absl::Duration kTrimInterval = absl::Minutes(1);

Post PostOf(const store::LeasedDelivery& leased, std::string body, absl::Time now) {
  const std::string id = MessageId(leased.delivery.id);
  const int64_t timestamp = absl::ToUnixSeconds(now);
  Post post{.url = leased.webhook.url, .headers = {}, .body = std::move(body)};
  post.headers = {
      "Content-Type: application/json", "User-Agent: OpenZeroTouch",
      fmt::format("webhook-id: {}", id), fmt::format("webhook-timestamp: {}", timestamp),
      fmt::format("webhook-signature: {}", Sign(leased.webhook.key, id, timestamp, post.body))};
  return post;
}

Result ResultOf(const store::Delivery& delivery) {
  switch (delivery.state) {
    case store::DeliveryState::kDelivered:
      return Result::kDelivered;
    case store::DeliveryState::kFailed:
      return Result::kFailed;
    case store::DeliveryState::kPending:
      break;
  }
  return Result::kRetried;
}

}  // namespace

// Runs on the thread.
class Sender::Loop {
 public:
  Loop(store::Store& store, const Clock& clock, const Policy& policy)
      : store_(store), clock_(clock), transfers_(policy) {}

  void Run() {
    while (!stopping_) {
      const absl::Duration now = clock_.Real().Steady();
      if (now >= next_trim_) Trim();
      if (now >= next_look_) next_look_ = now + Look();
      const absl::Duration left = next_look_ - clock_.Real().Steady();
      transfers_.Run(std::clamp(left, absl::ZeroDuration(), limits::kWebhookPoll));
      // Record what ended, and go on with its webhook.
      if (!settled_.empty() && !is_failing_) next_look_ = -absl::InfiniteDuration();
    }
    Release();
  }

  // Thread-safe.
  void Stop() {
    stopping_ = true;
    transfers_.Wake();
  }

 private:
  // Records what ended and begins what is due. Returns after which time to look again.
  absl::Duration Look() {
    const absl::Status status = RecordAndLease();
    if (status.ok()) {
      is_failing_ = false;
      return limits::kWebhookPoll;
    }
    if (!is_failing_) {
      log::Warning("cannot read or write the deliveries of webhooks; retrying",
                   {{"error", MessageOf(status)}});
    }
    is_failing_ = true;
    return kPauseAfterError;
  }

  absl::Status RecordAndLease() {
    if (settled_.empty()) {
      // Mostly nothing is due, and then nothing is written.
      ZT_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, store_.Read());
      ZT_ASSIGN_OR_RETURN(const std::vector<store::DueDelivery> due, ReadDue(*snapshot));
      if (due.empty()) return absl::OkStatus();
    }
    std::vector<store::LeasedDelivery> leased;
    WebhookId last;
    const absl::Status written = store_.Write([&](store::Transaction& transaction) -> absl::Status {
      leased.clear();
      for (const store::LeasedDelivery& each : settled_) {
        ZT_RETURN_IF_ERROR(transaction.RecordAttempt(each));
      }
      ZT_ASSIGN_OR_RETURN(const std::vector<store::DueDelivery> due, ReadDue(transaction));
      last = due.empty() ? WebhookId() : due.back().webhook;
      const absl::Time now = clock_.Real().Now();
      for (const store::DueDelivery& each : due) {
        ZT_ASSIGN_OR_RETURN(
            std::optional<store::LeasedDelivery> one,
            transaction.LeaseDelivery(each.number, now, now + limits::kWebhookLease));
        if (one.has_value()) leased.push_back(*std::move(one));
      }
      return absl::OkStatus();
    });
    ZT_RETURN_IF_ERROR(written);
    settled_.clear();
    after_ = last;
    for (store::LeasedDelivery& each : leased) Begin(std::move(each));
    return absl::OkStatus();
  }

  // Returns deliveries that are due and for which there is room. Goes through the webhooks in
  // rounds, so that none waits for others permanently.
  absl::StatusOr<std::vector<store::DueDelivery>> ReadDue(store::Snapshot& snapshot) {
    std::vector<store::DueDelivery> chosen;
    const size_t room = limits::kWebhookAttemptsAtOnce - running_.size();
    if (room == 0) return chosen;
    WebhookId after = after_;
    bool is_second_half = false;
    while (chosen.empty()) {
      ZT_ASSIGN_OR_RETURN(const std::vector<store::DueDelivery> due,
                          snapshot.ReadDueDeliveries(clock_.Now(), clock_.Real().Now(), after,
                                                     limits::kWebhookAttemptsAtOnce));
      for (const store::DueDelivery& each : due) {
        if (chosen.size() < room && HasRoom(each, chosen)) chosen.push_back(each);
      }
      if (due.size() == limits::kWebhookAttemptsAtOnce) {
        after = due.back().webhook;
      } else if (!is_second_half && after_) {
        is_second_half = true;
        after = WebhookId();
      } else {
        break;
      }
      if (is_second_half && after >= after_) break;
    }
    return chosen;
  }

  // Returns true if the webhook and its company may have one more attempt beside those that
  // run and `chosen`.
  bool HasRoom(const store::DueDelivery& due, const std::vector<store::DueDelivery>& chosen) const {
    size_t of_company = 0;
    for (const std::vector<store::DueDelivery>* list : {&running_, &chosen}) {
      for (const store::DueDelivery& each : *list) {
        // One at a time of those that others wait for, and one of those that nobody does.
        if (each.webhook == due.webhook && each.in_order == due.in_order) return false;
        if (each.owner == due.owner) ++of_company;
      }
    }
    return of_company < limits::kWebhookAttemptsPerCompany;
  }

  void Begin(store::LeasedDelivery leased) {
    absl::StatusOr<std::string> body = BodyOf(leased.delivery);
    const absl::Time begun = clock_.Now();
    const absl::Duration start = clock_.Real().Steady();
    if (!body.ok()) {
      log::Error("cannot make the event of a delivery", {{"error", MessageOf(body.status())}});
      End(std::move(leased), {.begun = begun, .error = "the stored event is damaged"});
      return;
    }
    running_.push_back({.number = leased.delivery.number,
                        .webhook = leased.webhook.id,
                        .owner = leased.webhook.owner,
                        .in_order = leased.delivery.in_order});
    Post post = PostOf(leased, *std::move(body), clock_.Real().Now());
    leases_.push_back(leased);
    leases_.back().delivery.payload.clear();
    leased.delivery.payload.clear();
    transfers_.Begin(std::move(post),
                     [this, leased = std::move(leased), begun, start](PostResult result) mutable {
                       std::erase_if(running_, [&](const store::DueDelivery& each) {
                         return each.number == leased.delivery.number;
                       });
                       std::erase_if(leases_, [&](const store::LeasedDelivery& each) {
                         return each.delivery.number == leased.delivery.number;
                       });
                       End(std::move(leased), {.begun = begun,
                                               .latency = clock_.Real().Steady() - start,
                                               .http_status = result.http_status,
                                               .error = std::move(result.error)});
                     });
  }

  void End(store::LeasedDelivery leased, const Attempt& attempt) {
    Settle(attempt, clock_.Now(), leased.delivery);
    CountDelivery(ResultOf(leased.delivery));
    settled_.push_back(std::move(leased));
  }

  // Records what ended, and ends the leases of what did not.
  void Release() {
    settled_.insert(settled_.end(), leases_.begin(), leases_.end());
    if (settled_.empty()) return;
    const absl::Status status = store_.Write([&](store::Transaction& transaction) {
      for (const store::LeasedDelivery& each : settled_) {
        ZT_RETURN_IF_ERROR(transaction.RecordAttempt(each));
      }
      return absl::OkStatus();
    });
    if (!status.ok()) {
      log::Warning("cannot release deliveries of webhooks; they are sent again later",
                   {{"error", MessageOf(status)}});
    }
  }

  void Trim() {
    next_trim_ = clock_.Real().Steady() + kTrimInterval;
    int64_t deleted = 0;
    const absl::Status status = [&]() -> absl::Status {
      ZT_ASSIGN_OR_RETURN(std::unique_ptr<store::Snapshot> snapshot, store_.Read());
      ZT_ASSIGN_OR_RETURN(const bool has_webhooks, snapshot->HasWebhooks());
      snapshot = nullptr;
      if (!has_webhooks) return absl::OkStatus();
      return store_.Write([&](store::Transaction& transaction) -> absl::Status {
        ZT_ASSIGN_OR_RETURN(deleted, transaction.TrimDeliveries(limits::kDeliveriesPerWebhook));
        return absl::OkStatus();
      });
    }();
    if (!status.ok()) {
      log::Warning("cannot delete old deliveries of webhooks", {{"error", MessageOf(status)}});
    } else if (deleted > 0) {
      log::Warning("deleted the oldest deliveries of webhooks that have too many",
                   {{"deliveries", deleted}});
    }
  }

  store::Store& store_;
  const Clock& clock_;
  std::atomic<bool> stopping_ = false;
  absl::Duration next_look_ = -absl::InfiniteDuration();
  absl::Duration next_trim_ = -absl::InfiniteDuration();
  bool is_failing_ = false;
  WebhookId after_;  // where the round goes on
  // The attempts that run: as they were read, and their leases, without payloads.
  std::vector<store::DueDelivery> running_;
  std::vector<store::LeasedDelivery> leases_;
  std::vector<store::LeasedDelivery> settled_;  // ended, and not recorded yet
  Transfers transfers_;                         // last: what it runs refers to the others
};

Sender::Sender(store::Store& store, const Clock& clock, Policy policy)
    : store_(store), clock_(clock), policy_(std::move(policy)) {}

Sender::~Sender() { Stop(); }

void Sender::Start() {
  loop_ = std::make_unique<Loop>(store_, clock_, policy_);
  thread_ = std::thread([this] { loop_->Run(); });
}

void Sender::Stop() {
  if (!thread_.joinable()) return;
  loop_->Stop();
  thread_.join();
}

}  // namespace zerotouch::webhook
