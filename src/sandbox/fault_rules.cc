// SPDX-License-Identifier: Apache-2.0
#include "sandbox/fault_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <utility>

#include "base/limits.h"
#include "base/random.h"
#include "sandbox/fault_check.h"
#include "sandbox/fault_match.h"

namespace zerotouch::sandbox {

struct FaultRules::Rule {
  // Returns true if the rule may still act.
  bool Alive() const { return fault.times() == 0 || fault.hits() < fault.times(); }

  // Tosses the coin: the numbers of the generator are the same on every machine.
  bool Toss() {
    if (!fault.has_probability()) return true;
    ++draws;
    // The 53 bits of a double's fraction.
    const double number = static_cast<double>(generator() >> 11) * 0x1p-53;
    return number < fault.probability();
  }

  proto::Fault fault;
  std::string method;  // full RPC name; kTokenMethod; empty: every method
  int64_t matches = 0;
  int64_t draws = 0;
  std::mt19937_64 generator;
};

FaultRules::FaultRules() = default;
FaultRules::~FaultRules() = default;

absl::StatusOr<proto::Fault> FaultRules::Add(const proto::Fault& fault) {
  const std::vector<Violation> wrong = CheckFault(fault, names_);
  if (!wrong.empty()) return errors::InvalidParameters(wrong);
  auto rule = std::make_unique<Rule>();
  rule->fault = fault;
  rule->fault.set_hits(0);
  if (fault.has_probability() && !fault.has_seed()) {
    rule->fault.set_seed(RandomBetween(0, 999'999'999));
  }
  rule->generator.seed(static_cast<uint64_t>(rule->fault.seed()));
  const auto name = names_.find(fault.method());
  if (name != names_.end()) rule->method = name->second;
  const MutexLock lock(mutex_);
  size_t bytes = fault.ByteSizeLong();
  for (const auto& other : rules_) bytes += other->fault.ByteSizeLong();
  if (rules_.size() >= limits::kFaultRules || bytes > limits::kFaultRulesBytes) {
    return errors::TooBusy("fault rules: delete some", absl::Seconds(1));
  }
  rule->fault.set_name(fmt::format("faults/{}", next_id_++));
  proto::Fault out = rule->fault;
  rules_.push_back(std::move(rule));
  Recount();
  return out;
}

std::vector<proto::Fault> FaultRules::List() const {
  const MutexLock lock(mutex_);
  std::vector<proto::Fault> out;
  for (const auto& rule : rules_) out.push_back(rule->fault);
  return out;
}

bool FaultRules::Delete(std::string_view name) {
  const MutexLock lock(mutex_);
  const size_t erased =
      std::erase_if(rules_, [&](const auto& rule) { return rule->fault.name() == name; });
  Recount();
  return erased > 0;
}

void FaultRules::DeleteAll() {
  const MutexLock lock(mutex_);
  rules_.clear();
  Recount();
}

void FaultRules::Recount() {
  int items = 0;
  for (const auto& rule : rules_) items += rule->fault.has_item() ? 1 : 0;
  item_count_ = items;
  count_ = static_cast<int>(rules_.size()) - items;
  ++changes_;
}

bool FaultRules::Fits(const Rule& rule, const FaultCall& call) const {
  const proto::Fault& fault = rule.fault;
  if (rule.method.empty() ? call.method == kTokenMethod : call.method != rule.method) return false;
  if (!fault.account().empty() && call.account != fault.account()) return false;
  if (fault.partner_id() != 0 && !IsForPartner(call, fault.partner_id())) return false;
  if (fault.customer_id() != 0 && !IsForCustomer(call, fault.customer_id())) return false;
  if (!fault.has_device()) return true;
  const google::protobuf::Message* const request = call.request ? call.request() : nullptr;
  return request != nullptr && NamesDevice(*request, fault.device());
}

bool FaultRules::Acts(Rule& rule) {
  if (!rule.Alive()) return false;
  ++changes_;
  if (++rule.matches <= rule.fault.skip() || !rule.Toss()) return false;
  rule.fault.set_hits(rule.fault.hits() + 1);
  return true;
}

FaultPlan FaultRules::Plan(const FaultCall& call) {
  FaultPlan plan;
  const MutexLock lock(mutex_);
  for (const auto& rule : rules_) {
    const proto::Fault& fault = rule->fault;
    if (fault.has_item() || !rule->Alive() || !Fits(*rule, call) || !Acts(*rule)) continue;
    plan.faults += (plan.faults.empty() ? "" : ",") + fault.name();
    if (fault.has_delay()) {
      plan.delay += DurationOf(fault.delay());
      continue;
    }
    if (fault.has_error()) {
      plan.kind = FaultPlan::Kind::kError;
      plan.error = ErrorOf(fault.error());
    } else if (fault.has_truncate()) {
      plan.kind = FaultPlan::Kind::kTruncate;
      plan.truncate = static_cast<uint64_t>(fault.truncate());
    } else if (fault.has_raw()) {
      plan.kind = FaultPlan::Kind::kRaw;
      plan.raw = fault.raw();
    } else {
      plan.kind = fault.disconnect() == proto::Fault::BEFORE ? FaultPlan::Kind::kDropBefore
                                                             : FaultPlan::Kind::kDropAfter;
    }
    break;
  }
  plan.delay = std::min(plan.delay, limits::kFaultDelay);
  return plan;
}

std::optional<ItemResult> FaultRules::PlanItem(const FaultCall& call) {
  const MutexLock lock(mutex_);
  for (const auto& rule : rules_) {
    if (!rule->fault.has_item() || !rule->Alive() || !Fits(*rule, call) || !Acts(*rule)) continue;
    const proto::FaultItem& item = rule->fault.item();
    errors::ErrorCode code = {};
    google::android::device::provisioning::v1::CustomErrorCode_Parse(item.error_identifier(),
                                                                     &code);
    return MadeResult(item.status(), code);
  }
  return std::nullopt;
}

void FaultRules::Save(proto::SavedControls& saved) const {
  const MutexLock lock(mutex_);
  for (const auto& rule : rules_) {
    proto::SavedFault& out = *saved.add_faults();
    *out.mutable_fault() = rule->fault;
    out.set_matches(rule->matches);
    out.set_draws(rule->draws);
  }
  saved.set_next_fault(next_id_);
}

void FaultRules::Load(const proto::SavedControls& saved) {
  const MutexLock lock(mutex_);
  rules_.clear();
  for (const proto::SavedFault& one : saved.faults()) {
    auto rule = std::make_unique<Rule>();
    rule->fault = one.fault();
    rule->matches = one.matches();
    rule->draws = one.draws();
    rule->generator.seed(static_cast<uint64_t>(one.fault().seed()));
    rule->generator.discard(static_cast<unsigned long long>(one.draws()));
    const auto name = names_.find(one.fault().method());
    if (name != names_.end()) rule->method = name->second;
    rules_.push_back(std::move(rule));
  }
  next_id_ = std::max<int64_t>(saved.next_fault(), 1);
  Recount();
}

}  // namespace zerotouch::sandbox
