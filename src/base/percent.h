// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BASE_PERCENT_H_
#define ZEROTOUCH_BASE_PERCENT_H_

#include <optional>
#include <string>
#include <string_view>

namespace zerotouch {

// Escapes that PercentDecode does not decode.
enum class Keep {
  kNothing,
  kSlashes,  // `%2F` and `%2f`, so that a decoded text has no new separators
};

// Decodes percent-encoding (RFC 3986 section 2.1). Returns nullopt if a `%` is not
// followed by two hexadecimal digits. Does not check the decoded bytes.
std::optional<std::string> PercentDecode(std::string_view text, Keep keep = Keep::kNothing);

// Encodes every byte but the unreserved characters of RFC 3986 section 2.3.
std::string PercentEncode(std::string_view text);

// Decodes a name or value of a query or form, where `+` is a space.
std::optional<std::string> FormDecode(std::string_view text);

}  // namespace zerotouch

#endif  // ZEROTOUCH_BASE_PERCENT_H_
