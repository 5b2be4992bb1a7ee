// SPDX-License-Identifier: Apache-2.0
#include "base/form.h"

#include <algorithm>

#include "base/ascii.h"
#include "base/percent.h"

namespace zerotouch {

bool IsMediaType(std::string_view content_type, std::string_view media_type) {
  std::string_view type = content_type.substr(0, content_type.find(';'));
  constexpr std::string_view kBlanks = " \t";
  type.remove_prefix(std::min(type.find_first_not_of(kBlanks), type.size()));
  type = type.substr(0, type.find_last_not_of(kBlanks) + 1);
  return EqualIgnoringCase(type, media_type);
}

std::vector<FormField> ParseForm(std::string_view text) {
  std::vector<FormField> fields;
  while (!text.empty()) {
    const std::string_view part = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(text.size(), part.size() + 1));
    if (part.empty()) continue;
    const size_t equals = std::min(part.find('='), part.size());
    fields.push_back({.name = FormDecode(part.substr(0, equals)),
                      .value = FormDecode(part.substr(std::min(equals + 1, part.size())))});
  }
  return fields;
}

}  // namespace zerotouch
