#include "wire/api.h"

#include <fmt/format.h>

#include <utility>

#include "absl/strings/numbers.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "google/protobuf/arena.h"
#include "google/protobuf/message.h"
#include "model/errors.h"
#include "wire/answer_response.h"
#include "wire/error_json.h"
#include "wire/public_error.h"
#include "wire/responses.h"
#include "wire/transcode.h"

namespace zerotouch::wire {
namespace {

// Bytes of a token request. An assertion is under 2 KiB, but whoever sends one
// is still a stranger.
constexpr size_t kTokenBodyBytes = size_t{64} << 10;

bool IsGet(const HttpRequest& request, std::string_view path, std::string_view wanted) {
  return request.method == "GET" && path == wanted;
}

bool IsToken(const HttpRequest& request, std::string_view path) {
  return request.method == "POST" && path == "/token";
}

// The length that the header declares; nullopt if chunked, 0 without a body.
std::optional<uint64_t> DeclaredLength(const HttpRequest& header) {
  if (header.headers.Has("Transfer-Encoding")) return std::nullopt;
  uint64_t length = 0;
  const std::string text(header.headers.Get("Content-Length"));
  return absl::SimpleAtoi(text, &length) ? length : 0;
}

absl::Status CheckAlt(const Query& query) {
  if (query.alt.empty() || query.alt == "json") return absl::OkStatus();
  return errors::BadRequest(
      {{"alt", fmt::format("Unsupported alt type \"{}\". This server answers \"json\".",
                           query.alt)}});
}

}  // namespace
