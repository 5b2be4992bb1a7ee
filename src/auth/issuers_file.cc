// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "auth/issuers.h"
#include "base/limits.h"
#include "base/status_macros.h"
#include "base/utf8.h"

namespace zerotouch::auth {
namespace {

using FileObject = simdjson::dom::object;

absl::Status WrongFile(const std::string& place, std::string_view what) {
  return absl::InvalidArgumentError(fmt::format("{}: {}", place, what));
}

// Refuses members that this program does not know: a misspelt one would be ignored.
absl::Status CheckMembers(const FileObject& object, const std::string& place,
                          std::initializer_list<std::string_view> known) {
  for (const auto& [name, value] : object) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    return WrongFile(place, fmt::format("unknown member \"{}\"; use {}", utf8::Truncate(name, 64),
                                        fmt::join(known, ", ")));
  }
  return absl::OkStatus();
}

// Sets `text` to the member if it is given.
absl::Status ReadMember(const FileObject& object, const std::string& place, std::string_view name,
                        std::string& text) {
  simdjson::dom::element value;
  if (object[name].get(value) != simdjson::SUCCESS) return absl::OkStatus();
  std::string_view view;
  if (value.get(view) == simdjson::SUCCESS && !view.empty()) {
    text = view;
    return absl::OkStatus();
  }
  return WrongFile(place, fmt::format("{} is not a text", name));
}

// Returns true for an https URL, or an http one of this machine.
bool IsSafeUrl(std::string_view url) {
  constexpr std::string_view kLoopback[] = {"http://127.0.0.1", "http://localhost", "http://[::1]"};
  if (url.starts_with("https://") && url.size() > 8) return true;
  return std::any_of(std::begin(kLoopback), std::end(kLoopback), [&](std::string_view host) {
    const std::string_view rest = url.substr(std::min(url.size(), host.size()));
    return url.starts_with(host) && (rest.empty() || rest[0] == ':' || rest[0] == '/');
  });
}

absl::Status ReadIdentity(const FileObject& object, const std::string& place, Issuer& issuer) {
  ZT_RETURN_IF_ERROR(CheckMembers(object, place, {"subject", "email", "account"}));
  std::string subject, email, account;
  ZT_RETURN_IF_ERROR(ReadMember(object, place, "subject", subject));
  ZT_RETURN_IF_ERROR(ReadMember(object, place, "email", email));
  ZT_RETURN_IF_ERROR(ReadMember(object, place, "account", account));
  if (account.empty()) return WrongFile(place, "account is missing; give its e-mail address");
  if (subject.empty() == email.empty()) {
    return WrongFile(place, "give either subject (sub) or email of the identity");
  }
  auto& map = subject.empty() ? issuer.by_email : issuer.by_subject;
  const bool added = map.emplace(subject.empty() ? email : subject, account).second;
  return added ? absl::OkStatus() : WrongFile(place, "the identity is given twice");
}

absl::StatusOr<Issuer> ReadIssuer(const FileObject& object, const std::string& place) {
  ZT_RETURN_IF_ERROR(
      CheckMembers(object, place, {"issuer", "jwksUri", "audience", "caFile", "identities"}));
  Issuer issuer;
  const std::pair<std::string_view, std::string*> members[] = {{"issuer", &issuer.url},
                                                               {"jwksUri", &issuer.jwks_uri},
                                                               {"audience", &issuer.audience},
                                                               {"caFile", &issuer.ca_file}};
  for (const auto& [name, text] : members) {
    ZT_RETURN_IF_ERROR(ReadMember(object, place, name, *text));
    if (text->empty() && name != "caFile") {
      return WrongFile(place, fmt::format("{} is missing", name));
    }
  }
  for (const std::string* url : {&issuer.url, &issuer.jwks_uri}) {
    if (IsSafeUrl(*url)) continue;
    return WrongFile(place, fmt::format("invalid {}: use an https:// URL, or http:// on loopback",
                                        url == &issuer.url ? "issuer" : "jwksUri"));
  }
  simdjson::dom::array identities;
  if (object["identities"].get(identities) != simdjson::SUCCESS || identities.size() == 0 ||
      identities.size() > limits::kIssuerIdentities) {
    return WrongFile(place,
                     fmt::format("identities: give a list of 1 to {}", limits::kIssuerIdentities));
  }
  size_t at = 0;
  for (const simdjson::dom::element each : identities) {
    const std::string inner = fmt::format("{}.identities[{}]", place, at++);
    FileObject identity;
    if (each.get(identity) != simdjson::SUCCESS) return WrongFile(inner, "is not an object");
    ZT_RETURN_IF_ERROR(ReadIdentity(identity, inner, issuer));
  }
  return issuer;
}

}  // namespace

absl::StatusOr<std::vector<Issuer>> ParseIssuers(std::string_view json) {
  simdjson::dom::parser parser;
  FileObject root;
  if (parser.parse(json.data(), json.size()).get(root) != simdjson::SUCCESS) {
    return absl::InvalidArgumentError("it is not a JSON object");
  }
  ZT_RETURN_IF_ERROR(CheckMembers(root, "the file", {"issuers"}));
  simdjson::dom::array list;
  if (root["issuers"].get(list) != simdjson::SUCCESS || list.size() == 0 ||
      list.size() > limits::kIssuers) {
    return WrongFile("issuers", fmt::format("give a list of 1 to {} issuers", limits::kIssuers));
  }
  std::vector<Issuer> issuers;
  for (const simdjson::dom::element each : list) {
    const std::string place = fmt::format("issuers[{}]", issuers.size());
    FileObject object;
    if (each.get(object) != simdjson::SUCCESS) return WrongFile(place, "is not an object");
    ZT_ASSIGN_OR_RETURN(Issuer issuer, ReadIssuer(object, place));
    const bool is_known = std::any_of(issuers.begin(), issuers.end(),
                                      [&](const Issuer& other) { return other.url == issuer.url; });
    if (is_known) return WrongFile(place, "the issuer is given twice");
    issuers.push_back(std::move(issuer));
  }
  return issuers;
}

}  // namespace zerotouch::auth
