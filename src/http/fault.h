// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_HTTP_FAULT_H_
#define ZEROTOUCH_HTTP_FAULT_H_

#include <cstddef>
#include <string_view>

namespace zerotouch::http {

// The engine's reason to refuse a request. The handler renders it
// (Handler::RenderFault), because the engine does not know the API's errors.
struct Fault {
  enum class Kind {
    kMalformed,                 // 400; `text` is a sentence that describes the fault
    kUrlTooLong,                // 414; `limit_bytes`
    kHeaderTooLarge,            // 431; `limit_bytes`
    kBodyTooLarge,              // 413; `limit_bytes`
    kUnsupportedContentCoding,  // 415
    kTooBusy,                   // 429; `text` names the resource that is full
    kDeadlineExceeded,          // 504
    kInternal,                  // 500: a bug
  };

  Kind kind;
  size_t limit_bytes = 0;
  std::string_view text = {};  // refers to a literal
};

// Resources of TooBusy: the one that is not memory, and the one that a call lacks after
// it was made.
inline constexpr std::string_view kRequestsInFlight = "requests in flight";
inline constexpr std::string_view kAnswers = "answers";

inline constexpr Fault Malformed(std::string_view sentence) {
  return {.kind = Fault::Kind::kMalformed, .text = sentence};
}
inline constexpr Fault UrlTooLong(size_t limit_bytes) {
  return {.kind = Fault::Kind::kUrlTooLong, .limit_bytes = limit_bytes};
}
inline constexpr Fault HeaderTooLarge(size_t limit_bytes) {
  return {.kind = Fault::Kind::kHeaderTooLarge, .limit_bytes = limit_bytes};
}
inline constexpr Fault BodyTooLarge(size_t limit_bytes) {
  return {.kind = Fault::Kind::kBodyTooLarge, .limit_bytes = limit_bytes};
}
inline constexpr Fault UnsupportedContentCoding() {
  return {.kind = Fault::Kind::kUnsupportedContentCoding};
}
inline constexpr Fault TooBusy(std::string_view resource) {
  return {.kind = Fault::Kind::kTooBusy, .text = resource};
}
inline constexpr Fault DeadlineExceeded() { return {.kind = Fault::Kind::kDeadlineExceeded}; }
inline constexpr Fault Internal() { return {.kind = Fault::Kind::kInternal}; }

}  // namespace zerotouch::http

#endif  // ZEROTOUCH_HTTP_FAULT_H_
