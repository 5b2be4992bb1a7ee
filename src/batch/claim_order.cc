// SPDX-License-Identifier: Apache-2.0
#include "batch/claim_order.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <string_view>
#include <tuple>

#include "absl/container/flat_hash_map.h"

namespace zerotouch::batch {
namespace {

// Groups of claims: a disjoint-set forest over their positions.
class Groups {
 public:
  explicit Groups(size_t count) : parent_(count) { std::iota(parent_.begin(), parent_.end(), 0); }

  uint32_t RootOf(uint32_t i) {
    while (parent_[i] != i) {
      parent_[i] = parent_[parent_[i]];
      i = parent_[i];
    }
    return i;
  }

  void Join(uint32_t a, uint32_t b) {
    a = RootOf(a);
    b = RootOf(b);
    // The root of a group is its earliest claim.
    parent_[std::max(a, b)] = std::min(a, b);
  }

 private:
  std::vector<uint32_t> parent_;
};

Groups JoinLinked(std::span<const Identity* const> identities, std::span<const KeyMatches> found) {
  Groups groups(identities.size());
  absl::flat_hash_map<ModemKey, uint32_t> by_modem;
  absl::flat_hash_map<std::string_view, uint32_t> by_serial;
  absl::flat_hash_map<DeviceId, uint32_t> by_device;
  by_modem.reserve(identities.size());
  for (uint32_t i = 0; i < identities.size(); ++i) {
    for (const ModemKey modem : identities[i]->modems) {
      groups.Join(by_modem.try_emplace(modem, i).first->second, i);
    }
    if (const std::string_view key = identities[i]->serial_key; !key.empty()) {
      groups.Join(by_serial.try_emplace(key, i).first->second, i);
    }
    for (const KeyMatch& each : found[i]) {
      groups.Join(by_device.try_emplace(each.device, i).first->second, i);
    }
  }
  return groups;
}

// The sort key of a group: its first known device, or its first modem key.
struct Place {
  int64_t device = std::numeric_limits<int64_t>::max();
  int64_t modem = std::numeric_limits<int64_t>::max();
};

}  // namespace

ClaimOrder OrderClaims(std::span<const Identity* const> identities,
                       std::span<const KeyMatches> found) {
  Groups groups = JoinLinked(identities, found);
  std::vector<uint32_t> roots(identities.size());
  std::vector<Place> places(identities.size());  // by root
  for (uint32_t i = 0; i < identities.size(); ++i) {
    roots[i] = groups.RootOf(i);
    Place& place = places[roots[i]];
    for (const KeyMatch& each : found[i]) {
      place.device = std::min(place.device, each.device.value());
    }
    for (const ModemKey modem : identities[i]->modems) place.modem = std::min(place.modem, modem);
  }
  ClaimOrder order;
  order.positions.resize(identities.size());
  std::iota(order.positions.begin(), order.positions.end(), 0);
  std::sort(order.positions.begin(), order.positions.end(), [&](uint32_t a, uint32_t b) {
    const Place& at_a = places[roots[a]];
    const Place& at_b = places[roots[b]];
    return std::tie(at_a.device, at_a.modem, roots[a], a) <
           std::tie(at_b.device, at_b.modem, roots[b], b);
  });
  order.groups.resize(identities.size());
  for (uint32_t i = 0; i < order.positions.size(); ++i) {
    const bool is_first = i == 0 || roots[order.positions[i]] != roots[order.positions[i - 1]];
    order.groups[i] = is_first ? i : order.groups[i - 1];
  }
  return order;
}

}  // namespace zerotouch::batch
