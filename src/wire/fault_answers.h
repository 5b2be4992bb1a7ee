// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_FAULT_ANSWERS_H_
#define ZEROTOUCH_WIRE_FAULT_ANSWERS_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "http/http.h"
#include "sandbox/fault_rules.h"

// Makes the answers that fault rules ask for, on every transport.
namespace zerotouch::wire {

// Returns the answer of a rule with `raw`, over HTTP.
http::Response RawResponse(const sandbox::proto::FaultRaw& raw);

// Returns the status that a gRPC client takes from this HTTP status ("HTTP to gRPC Status
// Code Mapping").
absl::Status StatusOfRaw(const sandbox::proto::FaultRaw& raw);

// Returns the answer of the token endpoint to an error of a rule, in OAuth's shape.
http::Response TokenError(const errors::MadeError& error);

// Returns an answer of which nothing is sent.
http::Response Dropped();

// Cuts the answer of a method that has run, as the plan says.
void EndWithFault(const sandbox::FaultPlan& plan, http::Response& response);

// Returns the account that a request of a token names in its assertion, which is not
// verified; empty without one.
std::string AccountInAssertion(std::string_view query, std::string_view body);

// Returns the name of the error code of an answer: that in its body, or what its HTTP
// status means.
std::string StatusNameOf(int http_status, std::string_view body);

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_FAULT_ANSWERS_H_
