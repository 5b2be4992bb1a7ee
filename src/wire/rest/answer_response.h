// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_REST_ANSWER_RESPONSE_H_
#define ZEROTOUCH_WIRE_REST_ANSWER_RESPONSE_H_

#include <memory>

#include "absl/status/statusor.h"
#include "http/http.h"
#include "json/selection.h"
#include "wire/methods.h"

namespace zerotouch::wire {

// The answer to a call that went well: 200 with JSON, indented and ended by a
// newline if `pretty`, of what `selection` wants (null: everything). A long
// operation is streamed; an error while its first pieces are made is returned,
// for there is still time to say so.
absl::StatusOr<http::Response> AnswerResponse(Answer answer, bool pretty,
                                              std::shared_ptr<const json::Selection> selection);

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_REST_ANSWER_RESPONSE_H_
