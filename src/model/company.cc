// SPDX-License-Identifier: Apache-2.0
#include "model/company.h"

#include <algorithm>
#include <iterator>

#include "base/limits.h"
#include "errors/errors.h"
#include "model/text.h"

namespace zerotouch {
namespace {

constexpr size_t kEmailBytes = 254;

constexpr std::string_view kLanguages[] = {
    "ar",    "zh-HK", "zh-CN", "zh-TW", "cs",     "da", "nl", "en-GB", "en-US", "fil", "fi",
    "fr",    "de",    "iw",    "hi",    "hu",     "id", "it", "ja",    "ko",    "no",  "pl",
    "pt-BR", "pt-PT", "ru",    "es",    "es-419", "sv", "th", "tr",    "uk",    "vi"};

bool IsEmail(std::string_view text) {
  const size_t at = text.find('@');
  if (at == 0 || at == std::string_view::npos || text.size() > kEmailBytes) return false;
  if (HasControlCharacter(text) || text.find(' ') != std::string_view::npos) return false;
  const std::string_view domain = text.substr(at + 1);
  const size_t dot = domain.rfind('.');
  return domain.find('@') == std::string_view::npos && dot != std::string_view::npos && dot > 0 &&
         dot + 1 < domain.size() && domain.front() != '.' &&
         domain.find("..") == std::string_view::npos;
}

}  // namespace

std::string_view NameFault(std::string_view name) {
  const bool valid = !name.empty() && name.size() <= limits::kNameBytes &&
                     !HasControlCharacter(name) && name.front() != ' ' && name.back() != ' ';
  return valid ? std::string_view()
               : "use a name of 1 to 256 bytes, without control characters and without spaces "
                 "around it";
}

std::string_view EmailFault(std::string_view email) {
  return IsEmail(email) ? std::string_view()
                        : "use an e-mail address like name@example.com, of at most 254 bytes";
}

std::string_view LanguageFault(std::string_view code) {
  const bool known = code.empty() || std::find(std::begin(kLanguages), std::end(kLanguages),
                                               code) != std::end(kLanguages);
  return known ? std::string_view()
               : "use a language code that the API reference lists for languageCode, such as en-US";
}

absl::Status CheckCompanyName(std::string_view field, std::string_view name) {
  const std::string_view fault = NameFault(name);
  return fault.empty() ? absl::OkStatus() : errors::InvalidParameter(field, fault);
}

absl::Status CheckEmail(std::string_view field, std::string_view email) {
  const std::string_view fault = EmailFault(email);
  return fault.empty() ? absl::OkStatus() : errors::InvalidParameter(field, fault);
}

absl::Status CheckLanguageCode(std::string_view field, std::string_view code) {
  const std::string_view fault = LanguageFault(code);
  return fault.empty() ? absl::OkStatus() : errors::InvalidParameter(field, fault);
}

}  // namespace zerotouch
