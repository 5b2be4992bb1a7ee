// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_MODEL_COMPANY_H_
#define ZEROTOUCH_MODEL_COMPANY_H_

#include <string_view>

#include "absl/status/status.h"

// The rules for the fields of a company. Each check returns
// errors::InvalidParameter for `field`, the field's path in the request.
namespace zerotouch {

// Accepts 1 to limits::kNameBytes bytes without control characters and without
// spaces around them.
absl::Status CheckCompanyName(std::string_view field, std::string_view name);

// Return what to send instead of an invalid value, or nothing if it is valid.
std::string_view NameFault(std::string_view name);
std::string_view EmailFault(std::string_view email);
std::string_view LanguageFault(std::string_view code);

// Accepts local@domain.tld, of at most 254 bytes (RFC 5321, 4.5.3.1.3).
absl::Status CheckEmail(std::string_view field, std::string_view email);

// Accepts an empty code and the languages that the API reference lists for
// Company.languageCode.
absl::Status CheckLanguageCode(std::string_view field, std::string_view code);

}  // namespace zerotouch

#endif  // ZEROTOUCH_MODEL_COMPANY_H_
