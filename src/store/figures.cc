// SPDX-License-Identifier: Apache-2.0
#include "store/figures.h"

#include <atomic>
#include <string>
#include <utility>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "errors/errors.h"

namespace zerotouch::store {
namespace {

// The values of the labels, in the order of the enums.
const std::vector<std::string>& KindNames() {
  static const auto* const names = new std::vector<std::string>{"sqlite", "postgres"};
  return *names;
}

metrics::Family<metrics::Histogram> store_seconds(
    {.name = "zerotouch_store_seconds", .help = "Time of calls of the store.", .skips_zeros = true},
    {{"store", KindNames()}, {"call", {"read", "write", "commit", "accounts_version"}}});

metrics::Family<metrics::Counter> store_errors(
    {.name = "zerotouch_store_errors_total",
     .help = "Calls of the store that failed because of the store, not of the request."},
    {{"store", KindNames()}});

// Returns true for the errors that Store::Write and Store::Read have of their own.
bool IsOfStore(const absl::Status& status) {
  if (status.ok() || errors::IsPublic(status)) return false;
  return absl::IsUnavailable(status) || absl::IsUnknown(status) || absl::IsInternal(status) ||
         absl::IsDataLoss(status);
}

// True while this thread runs the work of a group, whose writes are a part of it.
thread_local bool is_in_group = false;

// Passes everything on to another store.
class MeteredStore final : public Store {
 public:
  MeteredStore(StoreKind kind, std::unique_ptr<Store> store)
      : kind_(kind), store_(std::move(store)) {}

  absl::StatusOr<std::unique_ptr<Snapshot>> Read() override {
    absl::StatusOr<std::unique_ptr<Snapshot>> snapshot = store_->Read();
    CountError(snapshot.status());
    return snapshot;
  }

  bool ReadsWait() const override { return store_->ReadsWait(); }

  absl::StatusOr<int64_t> AccountsVersion() override {
    const metrics::Timer timer(StoreSeconds(kind_, StoreCall::kAccountsVersion));
    absl::StatusOr<int64_t> version = store_->AccountsVersion();
    CountError(version.status());
    return version;
  }

  absl::StatusOr<DeviceState> ReadDevice(DeviceId id) override {
    const metrics::Timer timer(StoreSeconds(kind_, StoreCall::kRead));
    absl::StatusOr<DeviceState> device = store_->ReadDevice(id);
    CountError(device.status());
    return device;
  }

  absl::Status Write(const std::function<absl::Status(Transaction&)>& mutation) override {
    if (is_in_group) return store_->Write(mutation);
    const absl::Duration begun = Begin();
    absl::Status status = store_->Write(mutation);
    End(begun, status);
    return status;
  }

  bool WriteInGroup(Work&& work, WorkDone&& done) override {
    const absl::Duration begun = Begin();
    const auto call = std::make_shared<std::pair<Work, WorkDone>>(std::move(work), std::move(done));
    const bool is_queued = store_->WriteInGroup(
        [call] {
          is_in_group = true;
          const absl::Cleanup ended = [] { is_in_group = false; };
          // The work ends before its callback is called.
          Work own = std::exchange(call->first, nullptr);
          std::move(own)();
        },
        [this, begun, call](absl::Status status) {
          End(begun, status);
          std::move(call->second)(std::move(status));
        });
    if (is_queued) return true;
    work = std::move(call->first);
    done = std::move(call->second);
    queued_.fetch_sub(1, std::memory_order_relaxed);
    return false;
  }

  bool ReadInGroup(DeviceId device, Work&& work) override {
    return store_->ReadInGroup(device, std::move(work));
  }

  void OnOperation(std::function<void()> heard) override { store_->OnOperation(std::move(heard)); }
  void ShortenWaits(absl::Duration longest) override { store_->ShortenWaits(longest); }
  SavedStates* saved_states() override { return store_->saved_states(); }
  absl::Status Ping() override { return store_->Ping(); }

 private:
  absl::Duration Begin() {
    queued_.fetch_add(1, std::memory_order_relaxed);
    return metrics::SteadyNow();
  }

  void End(absl::Duration begun, const absl::Status& status) {
    queued_.fetch_sub(1, std::memory_order_relaxed);
    StoreSeconds(kind_, StoreCall::kWrite).Observe(metrics::SteadyNow() - begun);
    CountError(status);
  }

  void CountError(const absl::Status& status) {
    if (IsOfStore(status)) store_errors.At(kind_).Add();
  }

  const StoreKind kind_;
  std::atomic<int64_t> queued_ = 0;
  const metrics::Registration registration_{[this](metrics::Sink& sink) {
    sink.Add("zerotouch_store_queue", "Writes that wait for the store or run.",
             metrics::Type::kGauge, {}, static_cast<double>(queued_.load()));
  }};
  const std::unique_ptr<Store> store_;
};

}  // namespace

metrics::Histogram& StoreSeconds(StoreKind kind, StoreCall call) {
  return store_seconds.At(kind, call);
}

std::unique_ptr<Store> Metered(StoreKind kind, std::unique_ptr<Store> store) {
  return std::make_unique<MeteredStore>(kind, std::move(store));
}

}  // namespace zerotouch::store
