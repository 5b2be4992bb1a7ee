// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_SANDBOX_FAULT_RULES_H_
#define ZEROTOUCH_SANDBOX_FAULT_RULES_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "auth/principal.h"
#include "base/mutex.h"
#include "errors/errors.h"
#include "model/outcome.h"
#include "openzerotouch/sandbox/v1/faults.pb.h"
#include "openzerotouch/sandbox/v1/saved.pb.h"

namespace zerotouch::sandbox {

namespace proto = openzerotouch::sandbox::v1;

// The names of the methods that rules can name: each name in any form, with the full
// RPC name that it stands for.
using MethodNames = std::map<std::string, std::string, std::less<>>;

inline constexpr std::string_view kTokenMethod = "token";

// A call, as far as rules look at it.
struct FaultCall {
  std::string_view method;                  // full RPC name, or kTokenMethod
  std::string_view account;                 // e-mail address; empty: unknown
  const auth::Principal* caller = nullptr;  // null: unknown
  // Returns what the path names, in a message of the request's type; null: nothing.
  std::function<const google::protobuf::Message*()> path;
  // Returns the whole request, or null if it cannot be parsed.
  std::function<const google::protobuf::Message*()> request;
};

// The faults of one call.
struct FaultPlan {
  enum class Kind { kNone, kError, kDropBefore, kDropAfter, kTruncate, kRaw };

  // Returns true if the answer is lost, or a part of it.
  bool CutsConnection() const {
    return kind == Kind::kDropBefore || kind == Kind::kDropAfter || kind == Kind::kTruncate;
  }

  absl::Duration delay;  // before anything else
  Kind kind = Kind::kNone;
  errors::MadeError error;  // of kError
  uint64_t truncate = 0;    // of kTruncate, in bytes
  proto::FaultRaw raw;      // of kRaw
  std::string faults;       // the names of the rules that acted, with commas between
};

// The rules of a sandbox, in the order in which they were made. Thread-safe.
class FaultRules {
 public:
  FaultRules();
  ~FaultRules();

  // Sets the names that rules can give to methods. Before all other calls.
  void SetNames(MethodNames names) { names_ = std::move(names); }

  // Adds a rule. Returns it with its name, errors::InvalidParameters with all that is
  // wrong with it, or errors::TooBusy past limits::kFaultRules or kFaultRulesBytes.
  absl::StatusOr<proto::Fault> Add(const proto::Fault& fault);
  std::vector<proto::Fault> List() const;
  // Returns false if there is no such rule.
  bool Delete(std::string_view name);
  void DeleteAll();

  // Returns false if no rule can act.
  bool any() const { return count_.load(std::memory_order_relaxed) > 0; }

  // Decides what happens to a call, and counts it.
  FaultPlan Plan(const FaultCall& call);

  // Decides about an item of a batch of `method` that names a device. Returns the
  // result that a rule gives it, or nullopt if it is to run.
  std::optional<ItemResult> PlanItem(const FaultCall& call);
  // Returns false if no rule gives results to items.
  bool AnyItems() const { return item_count_.load(std::memory_order_relaxed) > 0; }

  // Writes the rules with their places to `saved`, and continues from there.
  void Save(proto::SavedControls& saved) const;
  void Load(const proto::SavedControls& saved);

  // Returns a number that grows with each change and each hit.
  int64_t changes() const { return changes_.load(); }

 private:
  struct Rule;

  bool Fits(const Rule& rule, const FaultCall& call) const;
  // Counts a match of the rule. Returns true if it acts.
  bool Acts(Rule& rule) ZT_REQUIRES(mutex_);
  // Brings the counts up to date after a change.
  void Recount() ZT_REQUIRES(mutex_);

  MethodNames names_;
  std::atomic<int> count_ = 0;
  std::atomic<int> item_count_ = 0;
  std::atomic<int64_t> changes_ = 0;
  mutable Mutex mutex_;
  std::vector<std::unique_ptr<Rule>> rules_ ZT_GUARDED_BY(mutex_);
  int64_t next_id_ ZT_GUARDED_BY(mutex_) = 1;
};

}  // namespace zerotouch::sandbox

#endif  // ZEROTOUCH_SANDBOX_FAULT_RULES_H_
