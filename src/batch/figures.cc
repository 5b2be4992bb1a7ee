// SPDX-License-Identifier: Apache-2.0
#include "batch/figures.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "base/lru_cache.h"
#include "base/status_macros.h"
#include "batch/kinds.h"
#include "batch/traces.h"
#include "model/outcome.h"
#include "store/store.h"

namespace zerotouch::batch {
namespace {

// The token of an operation's first lease.
constexpr int64_t kFirstToken = 1;

// The kinds as a label: some kinds share one.
const std::vector<std::string>& KindNames() {
  static const auto* const names = [] {
    auto* const unique = new std::vector<std::string>;
    for (const KindTraits& kind : kKinds) {
      if (std::find(unique->begin(), unique->end(), kind.name) == unique->end()) {
        unique->emplace_back(kind.name);
      }
    }
    return unique;
  }();
  return *names;
}

// Returns the index of the kind's name; nullopt for a kind of a newer program.
std::optional<size_t> IndexOf(store::BatchKind kind) {
  const KindTraits* const traits = TraitsOf(kind);
  if (traits == nullptr) return std::nullopt;
  const auto found = std::find(KindNames().begin(), KindNames().end(), traits->name);
  return static_cast<size_t>(found - KindNames().begin());
}

std::vector<std::string> StatusNames() {
  std::vector<std::string> names;
  for (int number = 0; number <= api::SingleDeviceStatus_MAX; ++number) {
    names.push_back(api::SingleDeviceStatus_Name(number));
  }
  return names;
}

metrics::Family<metrics::Counter> operation_items(
    {.name = "zerotouch_operation_items_total",
     .help = "Items of operations that have a result.",
     .skips_zeros = true},
    {{"kind", KindNames()}, {"status", StatusNames()}});

metrics::Family<metrics::Histogram> operation_seconds(
    {.name = "zerotouch_operation_seconds",
     .help = "Time from the acceptance of an operation until it is done."},
    {{"kind", KindNames()}}, metrics::kBatchBounds);

metrics::Family<metrics::Histogram> operation_wait_seconds(
    {.name = "zerotouch_operation_wait_seconds",
     .help = "Time from the acceptance of an operation until its first worker begins."},
    {}, metrics::kBatchBounds);

metrics::Family<metrics::Counter> leases_lost(
    {.name = "zerotouch_leases_lost_total",
     .help = "Operations that another worker took over while this server ran them."},
    {});

// When operations were accepted by this process, by metrics::SteadyNow. By their ids.
LruCache<absl::Duration>& AcceptTimes() {
  static auto* const times = new LruCache<absl::Duration>(limits::kAcceptTimes);
  return *times;
}

api::SingleDeviceStatus StatusInBatch(Outcome outcome) {
  api::PerDeviceStatusInBatch status;
  FillResult({.outcome = outcome, .device = {}}, &status);
  return status.status();
}

}  // namespace

void CountItems(store::BatchKind kind, std::span<const store::IndexedResult> results) {
  const std::optional<size_t> index = IndexOf(kind);
  if (!index.has_value()) return;
  // Most items have the same few outcomes, and a status is looked up once for each.
  std::array<uint64_t, UINT8_MAX + 1> by_outcome = {};
  for (const store::IndexedResult& result : results) {
    ++by_outcome[static_cast<uint8_t>(result.result.outcome)];
  }
  for (size_t outcome = 0; outcome < by_outcome.size(); ++outcome) {
    if (by_outcome[outcome] == 0) continue;
    operation_items.At(*index, StatusInBatch(static_cast<Outcome>(outcome)))
        .Add(by_outcome[outcome]);
  }
}

void NoteAccepted(OperationId id) {
  AcceptTimes().Put(std::to_string(id.value()),
                    std::make_shared<absl::Duration>(metrics::SteadyNow()));
}

absl::Duration SinceAccepted(const store::OperationHead& head, const Clock& clock) {
  const auto accepted = AcceptTimes().Find(std::to_string(head.id.value()));
  if (accepted != nullptr) return metrics::SteadyNow() - *accepted;
  return std::max(clock.Now() - head.accepted, absl::ZeroDuration());
}

void CountCancelled(store::OperationHead head, const Clock& clock) {
  const std::optional<size_t> index = IndexOf(head.kind);
  if (head.finished.has_value() || !index.has_value()) return;
  operation_items.At(*index, StatusInBatch(Outcome::kCancelled))
      .Add(static_cast<uint64_t>(head.items - head.items_done));
  head.cancelled = true;
  TraceOperation(head, SinceAccepted(head, clock));
}

void ObserveFinished(store::BatchKind kind, absl::Duration took) {
  const std::optional<size_t> index = IndexOf(kind);
  if (index.has_value()) operation_seconds.At(*index).Observe(took);
}

void ObserveWait(const store::Lease& lease, const Clock& clock) {
  if (lease.token != kFirstToken) return;
  operation_wait_seconds.At().Observe(SinceAccepted(lease.head, clock));
}

void CountLostLease() { leases_lost.At().Add(); }

void CollectUnfinished(store::Store& store, metrics::Sink& sink) {
  constexpr std::string_view kName = "zerotouch_operations_unfinished";
  constexpr std::string_view kHelp = "Operations that are not done, of the whole registry.";
  sink.Declare(kName, kHelp, metrics::Type::kGauge);
  std::vector<int64_t> counts(KindNames().size());
  const absl::Status status = [&]() -> absl::Status {
    ZT_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, store.Read());
    ZT_ASSIGN_OR_RETURN(const auto unfinished, snapshot->CountUnfinishedByKind());
    for (const auto& [kind, count] : unfinished) {
      if (const std::optional<size_t> index = IndexOf(kind)) counts[*index] += count;
    }
    return absl::OkStatus();
  }();
  if (!status.ok()) return;
  for (size_t i = 0; i < counts.size(); ++i) {
    const metrics::Label labels[] = {{"kind", KindNames()[i]}};
    sink.Add(kName, kHelp, metrics::Type::kGauge, labels, static_cast<double>(counts[i]));
  }
}

}  // namespace zerotouch::batch
