// SPDX-License-Identifier: Apache-2.0
#include "model/change_recorder.h"

#include <algorithm>
#include <utility>

namespace zerotouch {
namespace {

// Returns the section of the claim that `caller` holds, preferring zero-touch.
Section HeldSection(PartnerId caller, const DeviceState& device) {
  return !Holds(caller, device.zero_touch) && Holds(caller, device.sim_lock) ? Section::kSimLock
                                                                             : Section::kZeroTouch;
}

// Returns the keys whose values differ, sorted.
std::vector<std::string> ChangedKeys(const api::DeviceMetadata& before,
                                     const api::DeviceMetadata& after) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : after.entries()) {
    const auto old = before.entries().find(key);
    if (old == before.entries().end() || old->second != value) keys.push_back(key);
  }
  for (const auto& [key, value] : before.entries()) {
    if (!after.entries().contains(key)) keys.push_back(key);
  }
  std::sort(keys.begin(), keys.end());
  return keys;
}

}  // namespace

ChangeRecorder::ChangeRecorder(DeviceState* device) : device_(device) {
  if (device == nullptr) return;
  sim_lock_ = device->sim_lock;
  zero_touch_ = device->zero_touch;
  for (const StatementState& each : device->statements) {
    if (each.value.has_value()) {
      statements_.push_back({.reseller = each.reseller, .statement = *each.value});
    }
  }
}

const Statement* ChangeRecorder::FormerOf(PartnerId reseller) const {
  const auto former = std::find_if(statements_.begin(), statements_.end(),
                                   [&](const Former& each) { return each.reseller == reseller; });
  return former == statements_.end() ? nullptr : &former->statement;
}

bool ChangeRecorder::NoteStatements(PartnerId caller, DeviceChange& change) const {
  bool differ = false;
  for (const StatementState& each : device_->statements) {
    if (!each.changed) continue;
    const Statement* const before = FormerOf(each.reseller);
    std::vector<std::string> keys;
    if (each.value.has_value()) {
      static const api::DeviceMetadata none;
      keys = ChangedKeys(before == nullptr ? none : before->metadata, each.value->metadata);
      if (before != nullptr && keys.empty() &&
          before->identifier.SerializeAsString() == each.value->identifier.SerializeAsString()) {
        continue;
      }
    } else if (before == nullptr) {
      continue;
    }
    differ = true;
    if (each.reseller == caller) change.metadata_keys = std::move(keys);
    if (before == nullptr) continue;
    change.statements.push_back({.reseller = each.reseller,
                                 .identifier = before->identifier,
                                 .metadata = before->metadata,
                                 .last_entry = each.last_entry,
                                 .dropped = !each.value.has_value()});
  }
  return differ;
}

void ChangeRecorder::Record(uint32_t item, PartnerId caller) {
  if (device_ == nullptr) return;
  const bool sim_lock = device_->sim_lock != sim_lock_;
  const bool zero_touch = device_->zero_touch != zero_touch_;
  DeviceChange change;
  const bool stated = NoteStatements(caller, change);
  if (!sim_lock && !zero_touch && !stated) return;
  change.device = device_->id;
  change.item = item;
  change.section = zero_touch ? Section::kZeroTouch
                   : sim_lock ? Section::kSimLock
                              : HeldSection(caller, *device_);
  const bool is_sim_lock = change.section == Section::kSimLock;
  change.before = std::move(is_sim_lock ? sim_lock_ : zero_touch_);
  change.after = device_->ClaimIn(change.section);
  device_->changes.push_back(std::move(change));
}

}  // namespace zerotouch
