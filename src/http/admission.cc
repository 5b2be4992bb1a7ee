// SPDX-License-Identifier: Apache-2.0
#include "http/admission.h"

namespace zerotouch::http {
namespace {

// Changes `counter` from a share of `before` to one of `after`. Returns false and
// changes nothing if it grows past `limit`.
bool Move(std::atomic<uint64_t>& counter, uint64_t before, uint64_t after, uint64_t limit) {
  const uint64_t total = (counter += after - before);  // wraps around if it shrinks
  if (after <= before || total <= limit) return true;
  counter -= after - before;
  return false;
}

}  // namespace

Admission::Ticket::~Ticket() {
  HoldNothing();
  if (!entered_) return;
  --admission_.in_flight_;
  --peer_.requests;
}

bool Admission::Ticket::Enter() {
  if (entered_) return true;
  entered_ = true;
  const bool full = ++admission_.in_flight_ > admission_.limits_.requests;
  const bool share_used = ++peer_.requests > admission_.limits_.peer_requests;
  if (!full && !share_used) return true;
  --admission_.in_flight_;
  --peer_.requests;
  entered_ = false;
  return false;
}

bool Admission::Ticket::Identify(std::string_view account) {
  if (account == account_) return true;
  const uint64_t bytes = bytes_;
  HoldNothing();
  account_ = account;
  return Hold(bytes);
}

bool Admission::Ticket::Hold(uint64_t bytes) {
  const auto small = [](uint64_t held) { return held <= limits::kSmallRequestBytes; };
  const uint64_t small_before = small(bytes_) ? bytes_ : 0;
  const uint64_t small_after = small(bytes) ? bytes : 0;
  if (!Move(admission_.small_bytes_, small_before, small_after, admission_.limits_.small_bytes)) {
    return false;
  }
  if (!admission_.Charge(account_, peer_, bytes_ - small_before, bytes - small_after)) {
    admission_.small_bytes_ -= small_after - small_before;
    return false;
  }
  bytes_ = bytes;
  return true;
}

bool Admission::Charge(std::string_view account, Peer& peer, uint64_t before, uint64_t after) {
  if (before == after) return true;
  if (!Move(held_bytes_, before, after, limits_.bytes)) return false;
  bool charged = false;
  if (!account.empty()) {
    charged = ChargeAccount(account, before, after);
  } else if (Move(stranger_bytes_, before, after, limits_.stranger_bytes)) {
    charged = Move(peer.bytes, before, after, limits_.payer_bytes);
    if (!charged) stranger_bytes_ -= after - before;
  }
  if (!charged) held_bytes_ -= after - before;
  return charged;
}

bool Admission::ChargeAccount(std::string_view account, uint64_t before, uint64_t after) {
  const MutexLock lock(mutex_);
  auto found = account_bytes_.find(account);
  if (found == account_bytes_.end()) {
    found = account_bytes_.emplace(std::string(account), 0).first;
  }
  const uint64_t total = found->second + after - before;
  if (after > before && total > limits_.payer_bytes) {
    if (found->second == 0) account_bytes_.erase(found);
    return false;
  }
  found->second = total;
  if (total == 0) account_bytes_.erase(found);
  return true;
}

}  // namespace zerotouch::http
