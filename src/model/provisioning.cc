// SPDX-License-Identifier: Apache-2.0
#include "model/provisioning.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <string_view>
#include <utility>
#include <vector>

#include "model/provisioning_names.h"

namespace zerotouch {
namespace {

// Members in order, as JSON texts of their values.
using BundleMembers = std::vector<std::pair<std::string, std::string>>;

// Returns `text` as a JSON string. Escapes no more than JSON asks for: each byte makes
// a QR code larger.
std::string QuotedExtra(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      quoted += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

void SetMember(BundleMembers& members, std::string_view name, std::string value) {
  for (auto& [known, text] : members) {
    if (known != name) continue;
    text = std::move(value);
    return;
  }
  members.emplace_back(name, std::move(value));
}

void AddKnown(BundleMembers& members, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  members.emplace_back(fmt::format("{}{}", kExtraPrefix, name), QuotedExtra(value));
}

// Merges the members of `extras`, if it is a JSON object.
void MergeExtras(const std::string& extras, BundleMembers& members) {
  simdjson::dom::parser parser;
  simdjson::dom::object object;
  if (parser.parse(extras).get(object) != simdjson::SUCCESS) return;
  for (const auto& [name, value] : object) SetMember(members, name, simdjson::minify(value));
}

}  // namespace

std::string ProvisioningBundle(const ProvisioningFacts& facts) {
  BundleMembers members;
  AddKnown(members, kComponentName, facts.component);
  AddKnown(members, kDownloadLocationName, facts.download_location);
  AddKnown(members, kSignatureChecksumName, facts.signature_checksum);
  AddKnown(members, kOrganizationName, facts.company_name);
  MergeExtras(facts.dpc_extras, members);
  std::string json = "{";
  for (const auto& [name, value] : members) {
    json += fmt::format("{}{}:{}", json.size() > 1 ? "," : "", QuotedExtra(name), value);
  }
  return json + "}";
}

}  // namespace zerotouch
