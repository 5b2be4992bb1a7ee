// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_ACTOR_H_
#define ZEROTOUCH_STORE_ACTOR_H_

#include <cstdint>
#include <string>

#include "base/ids.h"

namespace zerotouch::store {

// The side that a change comes from. The numbers are stored.
enum class ActorKind : uint8_t {
  kSystem = 1,    // the server itself: seeds, sweeps
  kReseller = 2,  // an account, for a reseller
  kCustomer = 3,  // an account, for a customer
  kOperator = 4,  // zerotouchd admin
};

// The maker of the changes of a transaction, and the call that makes them. It is given with
// the write (Store::Write) and recorded with every change.
struct Actor {
  ActorKind kind = ActorKind::kSystem;
  // The company that the call is for; only the one of its kind is set.
  PartnerId partner;
  CustomerId customer;
  std::string account;  // e-mail address; empty if no account made the change
  // The method's id in the discovery document without the API's name
  // ("partners.devices.unclaimAsync"), "openzerotouch.undo", the full RPC name of another
  // method of ours, or "admin".
  std::string method;
  std::string request_id;
  OperationId operation;  // the batch that makes the change
};

}  // namespace zerotouch::store

#endif  // ZEROTOUCH_STORE_ACTOR_H_
