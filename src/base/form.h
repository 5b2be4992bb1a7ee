// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BASE_FORM_H_
#define ZEROTOUCH_BASE_FORM_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace zerotouch {

inline constexpr std::string_view kFormType = "application/x-www-form-urlencoded";

// Returns true if `content_type`, the value of a Content-Type field, names
// `media_type`. Ignores case and parameters (RFC 9110 section 8.3.1).
bool IsMediaType(std::string_view content_type, std::string_view media_type);

// A parameter of a query or a form, decoded. nullopt: malformed percent-encoding.
struct FormField {
  std::optional<std::string> name;
  std::optional<std::string> value;  // empty if there is no '='
};

// Returns the parameters of a query or of an application/x-www-form-urlencoded
// body, in order. Skips empty ones (`a=1&&b=2`).
std::vector<FormField> ParseForm(std::string_view text);

}  // namespace zerotouch

#endif  // ZEROTOUCH_BASE_FORM_H_
