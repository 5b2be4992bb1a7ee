// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_REST_ANSWER_RESPONSE_H_
#define ZEROTOUCH_WIRE_REST_ANSWER_RESPONSE_H_

#include <memory>

#include "absl/status/statusor.h"
#include "http/http.h"
#include "json/selection.h"
#include "wire/methods.h"

namespace zerotouch::wire {

// Returns the answer to a successful call: 200 with JSON of the fields that
// `selection` selects (null: all), indented and ended by a newline if `pretty`.
// Streams a long operation or list, bytes and events. Returns an error if its first pieces cannot
// be made.
absl::StatusOr<http::Response> AnswerResponse(Answer answer, bool pretty,
                                              std::shared_ptr<const json::Selection> selection);

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_REST_ANSWER_RESPONSE_H_
