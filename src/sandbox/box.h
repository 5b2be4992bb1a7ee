// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_SANDBOX_BOX_H_
#define ZEROTOUCH_SANDBOX_BOX_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "auth/principal.h"
#include "base/ids.h"
#include "base/limits.h"
#include "base/lru_cache.h"
#include "batch/pace.h"
#include "sandbox/call_log.h"
#include "sandbox/call_seam.h"
#include "sandbox/controls.h"
#include "sandbox/fault_rules.h"
#include "sandbox/keeper.h"
#include "sandbox/sandbox_clock.h"
#include "store/operations.h"

namespace zerotouch::sandbox {

// All that a sandbox has beside the server, and its controls. Thread-safe.
struct Box {
  // Operations run at `items_per_second` at first; 0: full speed. `real`, the clock of
  // real time, must outlive it.
  explicit Box(double items_per_second = 0, const Clock& real = Clock::System());

  // Returns the customers that an account acts for, ascending.
  using CustomersOf = std::function<std::vector<CustomerId>(const std::string& email)>;
  // Sets how item rules learn for which customers the caller of a batch acts. Before all calls.
  void SetCustomersOf(CustomersOf customers_of) { customers_of_ = std::move(customers_of); }

  // Returns the result that a rule gives an item of a batch; nullopt if it is to run. An item
  // is for the customer that it names and for those of the caller.
  std::optional<ItemResult> FaultOfItem(const store::OperationHead& head,
                                        const google::protobuf::Message& item);

  SandboxClock clock;
  FaultRules faults;
  CallLog log;
  batch::Pace pace;
  Keeper keeper;
  CallSeam seam;
  Controls controls;

 private:
  // Returns the caller of the batch, which is read once for each batch.
  std::shared_ptr<const auth::Principal> CallerOf(const store::OperationHead& head);

  CustomersOf customers_of_;
  LruCache<auth::Principal> callers_{
      limits::kUnfinishedOperationsPerPartner};  // by the ids of the batches
};

}  // namespace zerotouch::sandbox

#endif  // ZEROTOUCH_SANDBOX_BOX_H_
