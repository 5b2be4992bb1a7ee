// SPDX-License-Identifier: Apache-2.0
#include "model/undo_rules.h"

#include <algorithm>
#include <string>
#include <utility>
#include <variant>

#include "base/check.h"

namespace zerotouch {
namespace {

bool IsSameIdentifier(const api::DeviceIdentifier& a, const api::DeviceIdentifier& b) {
  return a.SerializeAsString() == b.SerializeAsString();
}

// Returns the configuration if the customer still has it, else none.
ConfigurationId IfItExists(ConfigurationId configuration, CustomerId owner,
                           const CustomersOfReseller& customers) {
  const auto facts = customers.find(owner);
  if (facts == customers.end() || !facts->second.configurations.contains(configuration)) {
    return ConfigurationId();
  }
  return configuration;
}

// Returns the claim that the change gave up, as it was, or why it cannot be made again.
std::variant<Claim, Outcome> ClaimAgain(const DeviceChange& change,
                                        const CustomersOfReseller& customers) {
  Claim claim = *change.before;
  if (claim.workspace.empty() && !customers.contains(claim.owner)) {
    return Outcome::kInvalidCustomer;
  }
  claim.configuration = IfItExists(claim.configuration, claim.owner, customers);
  return claim;
}

// Returns the held claim with what the change altered put back. What was altered again
// since stays, except for the SIM-lock profile, which is then not undone at all.
Claim PutBack(const DeviceChange& change, const Claim& current,
              const CustomersOfReseller& customers) {
  const Claim& before = *change.before;
  const Claim& after = *change.after;
  Claim claim = current;
  claim.simlock_profile = before.simlock_profile;
  if (before.configuration != after.configuration && current.configuration == after.configuration) {
    claim.configuration = IfItExists(before.configuration, claim.owner, customers);
  }
  if (current.vacation_starts == after.vacation_starts &&
      current.vacation_expires == after.vacation_expires) {
    claim.vacation_starts = before.vacation_starts;
    claim.vacation_expires = before.vacation_expires;
  }
  return claim;
}

// Puts back the metadata that a claim wrote and nobody has written since.
bool PutBackMetadata(const FormerStatement& former, const api::PartnerClaim& claim,
                     api::DeviceMetadata& metadata) {
  bool changed = false;
  auto& now = *metadata.mutable_entries();
  for (const auto& [key, written] : claim.device_metadata().entries()) {
    const auto entry = now.find(key);
    const std::string current = entry == now.end() ? "" : entry->second;
    const auto was = former.metadata.entries().find(key);
    const std::string before = was == former.metadata.entries().end() ? "" : was->second;
    if (current != written || current == before) continue;
    if (before.empty()) {
      now.erase(key);
    } else {
      now[key] = before;
    }
    changed = true;
  }
  return changed;
}

// Returns true if the caller's statement has the identifiers that the claim left.
bool HasIdentifiersOf(const CheckedClaim& checked, const FormerStatement& former,
                      const Statement& current) {
  return IsSameIdentifier(current.identifier, checked.identifier) ||
         IsSameIdentifier(current.identifier, FilledIn(former.identifier, checked.identifier));
}

void PutBackStatement(const FormerStatement& former, const UndoFacts& facts,
                      StatementState& statement) {
  if (!statement.value.has_value() || facts.claim == nullptr) return;
  if (PutBackMetadata(former, *facts.claim, statement.value->metadata)) statement.changed = true;
  if (facts.checked == nullptr || facts.keys_taken) return;
  const api::DeviceIdentifier& current = statement.value->identifier;
  if (IsSameIdentifier(current, former.identifier) ||
      !HasIdentifiersOf(*facts.checked, former, *statement.value)) {
    return;
  }
  statement.SetIdentifier(former.identifier, KeysOf(former.identifier));
}

// States again what the caller stated before another reseller took the device over, and
// drops what that one stated unless it has or had a claim on the other section.
void StateAgain(PartnerId caller, const DeviceChange& change, const UndoFacts& facts,
                DeviceState& device) {
  const std::optional<Claim>& claim = device.ClaimIn(change.section);
  if (claim.has_value() && claim->reseller != caller) {
    DropFormerStatement(claim->reseller, change.section, device);
  }
  StatementState* own = device.EntryOf(caller);
  if (own != nullptr && own->value.has_value()) {
    own->changed = true;  // as a claim that takes a section over does
    return;
  }
  if (facts.dropped == nullptr) return;
  if (own == nullptr) {
    own = &device.statements.emplace_back();
    own->reseller = caller;
    own->is_new = true;
  }
  own->SetIdentifier(facts.dropped->identifier, KeysOf(facts.dropped->identifier));
  own->value->metadata = facts.dropped->metadata;
}

}  // namespace

bool ClaimsAgain(const DeviceChange& change) {
  return IsHeld(change.before) && !IsHeld(change.after);
}

bool HasChangedSince(const DeviceChange& change, const DeviceState& device) {
  const std::optional<Claim>& current = device.ClaimIn(change.section);
  if (IsHeld(current) != IsHeld(change.after)) return true;
  if (!IsHeld(current)) return false;
  const Claim& after = *change.after;
  return current->reseller != after.reseller || current->owner != after.owner ||
         current->workspace != after.workspace || current->simlock_profile != after.simlock_profile;
}

const FormerStatement* AlteredStatement(PartnerId caller, const DeviceChange& change) {
  const auto found = std::find_if(
      change.statements.begin(), change.statements.end(),
      [&](const FormerStatement& each) { return each.reseller == caller && !each.dropped; });
  return found == change.statements.end() ? nullptr : &*found;
}

bool UndoNeedsStatements(PartnerId caller, const DeviceChange& change, const DeviceState& device) {
  if (AlteredStatement(caller, change) != nullptr) return true;
  if (!ClaimsAgain(change)) return false;
  const std::optional<Claim>& current = device.ClaimIn(change.section);
  return !current.has_value() || current->reseller != caller;
}

ItemResult DecideUndo(PartnerId caller, const DeviceChange& change, const UndoFacts& facts,
                      const CustomersOfReseller& customers, DeviceState& device) {
  ZT_CHECK(device.statements_read || !UndoNeedsStatements(caller, change, device),
           "an undo is decided without the statements");
  if (HasChangedSince(change, device)) return {.outcome = Outcome::kChangedSince};
  const std::optional<Claim>& claim = device.ClaimIn(change.section);
  std::optional<Claim> back;
  if (ClaimsAgain(change)) {
    std::variant<Claim, Outcome> again = ClaimAgain(change, customers);
    if (const auto* refused = std::get_if<Outcome>(&again)) return {.outcome = *refused};
    if (!claim.has_value() || claim->reseller != caller) {
      const bool states_anew = device.StatementOf(caller) == nullptr;
      if (states_anew && (facts.dropped == nullptr || facts.keys_taken)) {
        return {.outcome = Outcome::kChangedSince};
      }
      StateAgain(caller, change, facts, device);
    }
    back = std::get<Claim>(std::move(again));
  } else if (IsHeld(claim)) {
    back = IsHeld(change.before) ? PutBack(change, *claim, customers) : GivenUp(*claim);
  }
  if (const FormerStatement* const former = AlteredStatement(caller, change)) {
    if (StatementState* const own = device.EntryOf(caller)) PutBackStatement(*former, facts, *own);
  }
  if (back.has_value()) device.SetClaim(change.section, *std::move(back));
  return {.outcome = Outcome::kSuccess, .device = device.id};
}

}  // namespace zerotouch
