// SPDX-License-Identifier: Apache-2.0
#include "crypto/key_file.h"

#include <fmt/format.h>
#include <simdjson.h>

#include "base/json_string.h"
#include "crypto/keys.h"

namespace zerotouch::crypto {
namespace {

// In the order in which WriteKeyFile writes them.
struct Field {
  const char* name;
  std::string KeyFile::*member;
  bool required;
};
constexpr Field kFields[] = {
    {"project_id", &KeyFile::project_id, false},
    {"private_key_id", &KeyFile::private_key_id, true},
    {"private_key", &KeyFile::private_key, true},
    {"client_email", &KeyFile::client_email, true},
    {"client_id", &KeyFile::client_id, false},
    {"auth_uri", &KeyFile::auth_uri, false},
    {"token_uri", &KeyFile::token_uri, true},
    {"universe_domain", &KeyFile::universe_domain, false},
};

absl::Status NotAKeyFile(std::string_view reason) {
  return absl::InvalidArgumentError(fmt::format("not a service-account key file: {}", reason));
}

}  // namespace

absl::StatusOr<KeyFile> ParseKeyFile(std::string_view json) {
  // Editors on Windows write a byte-order mark, which JSON does not have.
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (json.starts_with(kByteOrderMark)) json.remove_prefix(kByteOrderMark.size());
  simdjson::dom::parser parser;
  simdjson::dom::object object;
  if (parser.parse(json.data(), json.size()).get(object) != simdjson::SUCCESS) {
    return NotAKeyFile("no JSON object");
  }
  std::string_view type;
  if (object["type"].get(type) != simdjson::SUCCESS || type != "service_account") {
    return NotAKeyFile("\"type\" is not \"service_account\"");
  }
  KeyFile file;
  for (const Field& field : kFields) {
    std::string_view value;
    const bool found = object[field.name].get(value) == simdjson::SUCCESS && !value.empty();
    if (found) file.*field.member = std::string(value);
    if (!found && field.required) return NotAKeyFile(fmt::format("\"{}\" is missing", field.name));
  }
  if (!PrivateKey::FromPem(file.private_key).ok()) {
    return NotAKeyFile("\"private_key\" is not an RSA or P-256 key in PEM form");
  }
  return file;
}

std::string WriteKeyFile(const KeyFile& file) {
  std::string json = "{\n  \"type\": \"service_account\"";
  for (const Field& field : kFields) {
    json += fmt::format(",\n  \"{}\": ", field.name);
    AppendJsonString(file.*field.member, json);
  }
  return json + "\n}\n";
}

}  // namespace zerotouch::crypto
