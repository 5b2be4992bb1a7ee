// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_MODEL_COMPANY_H_
#define ZEROTOUCH_MODEL_COMPANY_H_

#include <string_view>

#include "absl/status/status.h"

// What a company's own fields may hold. Each check returns
// errors::InvalidParameter for `field`, the field's path in the request.
namespace zerotouch {

// 1 to limits::kNameBytes bytes, without control characters or blanks around.
absl::Status CheckCompanyName(std::string_view field, std::string_view name);

// What is wrong with the text as one of these, as a sentence for the caller;
// empty if nothing.
std::string_view NameFault(std::string_view name);
std::string_view EmailFault(std::string_view email);
std::string_view LanguageFault(std::string_view code);

// The shape local@domain.tld, at most 254 bytes (RFC 5321, 4.5.3.1.3).
absl::Status CheckEmail(std::string_view field, std::string_view email);

// Empty, or one of the languages that the API's reference lists for
// Company.languageCode.
absl::Status CheckLanguageCode(std::string_view field, std::string_view code);

}  // namespace zerotouch

#endif  // ZEROTOUCH_MODEL_COMPANY_H_
