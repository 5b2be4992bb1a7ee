#ifndef ZEROTOUCH_WIRE_ANSWER_RESPONSE_H_
#define ZEROTOUCH_WIRE_ANSWER_RESPONSE_H_

#include "absl/status/statusor.h"
#include "wire/http.h"
#include "wire/methods.h"

namespace zerotouch::wire {

// The answer to a call that went well: 200 with JSON, indented and ended by a
// newline if `pretty`. A long operation is streamed; an error while its first
// pieces are made is returned, for there is still time to say so.
absl::StatusOr<HttpResponse> AnswerResponse(Answer answer, bool pretty);

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_ANSWER_RESPONSE_H_
