// SPDX-License-Identifier: Apache-2.0
#include "wire/rest/method_override.h"

#include <algorithm>
#include <array>
#include <string>

#include "base/ascii.h"
#include "base/form.h"
#include "errors/errors.h"

namespace zerotouch::wire {
namespace {

constexpr std::string_view kHeader = "X-HTTP-Method-Override";
constexpr std::array<std::string_view, 5> kMethods = {"GET", "HEAD", "PATCH", "PUT", "DELETE"};

}  // namespace

std::string_view IntendedMethod(const http::Request& request) {
  if (request.method != "POST") return request.method;
  const std::string_view wanted = request.headers.Get(kHeader);
  const auto* const found = std::ranges::find_if(
      kMethods, [wanted](std::string_view method) { return EqualIgnoringCase(method, wanted); });
  return found == kMethods.end() ? std::string_view(request.method) : *found;
}

absl::Status ApplyMethodOverride(http::Request& request) {
  const std::string_view intended = IntendedMethod(request);
  if (intended == request.method) return absl::OkStatus();
  request.method = intended;
  if (intended == "PATCH" || intended == "PUT" || request.body.empty()) return absl::OkStatus();
  if (!IsMediaType(request.headers.Get("Content-Type"), kFormType)) {
    return errors::BadRequest(
        {{"",
          "Invalid body for a POST with X-HTTP-Method-Override: send the query parameters as "
          "application/x-www-form-urlencoded."}});
  }
  request.target += request.target.find('?') == std::string::npos ? '?' : '&';
  request.target += request.body;
  std::string().swap(request.body);
  return absl::OkStatus();
}

}  // namespace zerotouch::wire
