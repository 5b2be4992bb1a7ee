// SPDX-License-Identifier: Apache-2.0
#include "model/dpc_extras.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <optional>
#include <set>

#include "base/ascii.h"
#include "base/edit_distance.h"
#include "base/limits.h"
#include "crypto/encoding.h"
#include "model/provisioning_names.h"

namespace zerotouch {
namespace {

using simdjson::dom::element;

constexpr size_t kSha256Bytes = 32;
// An unknown name gets a suggestion if it differs from a known one in at most so many
// letters.
constexpr size_t kTypingErrors = 3;

// Returns the known extra whose name is nearest to `name`; null if none is near.
const ProvisioningExtra* Nearest(std::string_view name) {
  // Nothing is near to a name that is longer, and the distance takes time.
  constexpr size_t kLongestName = 100;
  if (name.size() > kLongestName) return nullptr;
  const std::string upper = AsciiUpper(name);
  const ProvisioningExtra* best = nullptr;
  size_t least = kTypingErrors + 1;
  for (const ProvisioningExtra& extra : ProvisioningExtras()) {
    const size_t distance = EditDistance(upper, extra.name);
    if (distance >= least) continue;
    best = &extra;
    least = distance;
  }
  return best;
}

bool IsPrivateName(std::string_view name) {
  std::string letters;
  for (const char c : name) {
    if (c != '_' && c != '-' && c != ' ' && c != '.') letters += AsciiLower(c);
  }
  constexpr std::string_view kWords[] = {
      "password",   "passwd",       "passphrase",    "secret",    "apikey",
      "privatekey", "accesskey",    "accesstoken",   "authtoken", "bearertoken",
      "credential", "refreshtoken", "serviceaccount"};
  return std::any_of(std::begin(kWords), std::end(kWords), [&](std::string_view word) {
    return letters.find(word) != std::string::npos;
  });
}

bool IsPrivateText(std::string_view text) {
  constexpr std::string_view kBeginnings[] = {"AKIA",     "AIza",   "ghp_",   "xoxb-",
                                              "sk_live_", "Basic ", "Bearer "};
  if (text.find("PRIVATE KEY-----") != std::string_view::npos) return true;
  constexpr size_t kShortest = 16;  // of a secret with such a beginning
  return text.size() >= kShortest &&
         std::any_of(std::begin(kBeginnings), std::end(kBeginnings),
                     [&](std::string_view beginning) { return text.starts_with(beginning); });
}

// Returns true for a URL with a password, `scheme://user:password@host`.
bool HasPassword(std::string_view url) {
  const size_t begin = url.find("://");
  if (begin == std::string_view::npos) return false;
  const std::string_view rest = url.substr(begin + 3);
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  const size_t at = authority.rfind('@');
  return at != std::string_view::npos && authority.substr(0, at).find(':') < at;
}

bool StartsWithIgnoringCase(std::string_view text, std::string_view beginning) {
  return text.size() >= beginning.size() &&
         EqualIgnoringCase(text.substr(0, beginning.size()), beginning);
}

std::string_view NameOf(ExtraType type) {
  switch (type) {
    case ExtraType::kText:
      return "a string";
    case ExtraType::kFlag:
      return "true or false";
    case ExtraType::kNumber:
      return "a whole number";
    case ExtraType::kBundle:
      return "an object";
    case ExtraType::kOther:
      break;
  }
  return "";
}

bool HasType(const element& value, ExtraType type) {
  switch (type) {
    case ExtraType::kText:
      return value.is_string();
    case ExtraType::kFlag:
      return value.is_bool();
    case ExtraType::kNumber:
      return value.is_int64() || value.is_uint64();
    case ExtraType::kBundle:
      return value.is_object();
    case ExtraType::kOther:
      break;
  }
  return true;
}

// Walks through the extras and collects the warnings.
class Linter {
 public:
  std::vector<ExtrasWarning> Run(std::string_view extras) {
    if (extras.empty()) return {};
    if (extras.size() > limits::kDpcExtrasBytes) {
      Add("", fmt::format("{} bytes are too many: use at most {}", extras.size(),
                          limits::kDpcExtrasBytes));
      return std::move(warnings_);
    }
    simdjson::dom::parser parser(limits::kDpcExtrasBytes);
    element root;
    const auto error =
        parser.parse(simdjson::padded_string(extras.data(), extras.size())).get(root);
    if (error != simdjson::SUCCESS || !root.is_object()) {
      Add("", error != simdjson::SUCCESS
                  ? fmt::format("not JSON: {}; use the text of a JSON object",
                                simdjson::error_message(error))
                  : "not a JSON object: devices ignore it; use {\"name\": value, …}");
      return std::move(warnings_);
    }
    CheckTop(root);
    return std::move(warnings_);
  }

 private:
  void Add(std::string member, std::string text) {
    warnings_.push_back({std::move(member), std::move(text)});
  }

  void CheckTop(const element& root) {
    std::optional<std::string> download;  // the member's name
    bool has_checksum = false;
    const simdjson::dom::object members = root.get_object().value_unsafe();
    for (const auto& [key, value] : members) {
      const std::string name(key);
      const ProvisioningExtra* extra = FindProvisioningExtra(name);
      if (extra == nullptr) {
        CheckUnknown(name);
      } else {
        CheckKnown(name, *extra, value);
        if (extra->name == kDownloadLocationName) download = name;
        has_checksum |= extra->form == ExtraForm::kChecksum;
      }
      CheckValue(name, key, value, extra);
    }
    CheckRepeats("", root);
    if (download.has_value() && !has_checksum) {
      Add(*download,
          fmt::format("no checksum of the package: devices refuse the download; add {}{} or {}{}",
                      kExtraPrefix, kSignatureChecksumName, kExtraPrefix, kPackageChecksumName));
    }
  }

  void CheckUnknown(const std::string& name) {
    std::string_view bare = name;
    for (const std::string_view prefix :
         {kExtraPrefix, std::string_view("android.app.extra."), std::string_view("EXTRA_")}) {
      if (!StartsWithIgnoringCase(bare, prefix)) continue;
      bare.remove_prefix(prefix.size());
      break;
    }
    const bool is_ours =
        StartsWithIgnoringCase(name, kExtraPrefix) || StartsWithIgnoringCase(bare, "PROVISIONING_");
    if (StartsWithIgnoringCase(name, kShortExtraPrefix)) {
      Add(name, fmt::format("no extra has this short name: devices ignore it; use a full name, "
                            "{}…",
                            kExtraPrefix));
      return;
    }
    if (!is_ours) {
      Add(name, fmt::format("devices ignore members beside {0}…; put settings of your app "
                            "into {0}{1}",
                            kExtraPrefix, kBundleName));
      return;
    }
    if (StartsWithIgnoringCase(bare, "PROVISIONING_")) bare.remove_prefix(13);
    const ProvisioningExtra* near = Nearest(bare);
    Add(name, near == nullptr
                  ? std::string("Android has no such extra: devices ignore it; remove it")
                  : fmt::format("Android has no such extra: devices ignore it; use {}{}",
                                kExtraPrefix, near->name));
  }

  void CheckKnown(const std::string& name, const ProvisioningExtra& extra, const element& value) {
    if (!HasType(value, extra.type)) {
      Add(name, fmt::format("wrong type: use {}", NameOf(extra.type)));
      return;
    }
    if (!value.is_string()) return;
    const std::string_view text = value.get_string().value_unsafe();
    if (extra.form == ExtraForm::kChecksum) CheckChecksum(name, text);
    if (extra.form == ExtraForm::kComponent && !IsComponentName(text)) {
      Add(name, "not a component: use package/class, such as com.example.dpc/.AdminReceiver");
    }
    if (extra.form == ExtraForm::kUrl && !StartsWithIgnoringCase(text, "https://") &&
        !StartsWithIgnoringCase(text, "http://")) {
      Add(name, "not a URL: use https://…");
    }
  }

  void CheckChecksum(const std::string& name, std::string_view text) {
    if (IsUrlSafeSha256(text)) return;
    constexpr std::string_view kUse =
        "use the URL-safe base64 form, without padding, of a SHA-256 digest of 32 bytes";
    const bool is_hex = text.size() == 2 * kSha256Bytes &&
                        text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
    std::string safe(text);
    std::replace(safe.begin(), safe.end(), '+', '-');
    std::replace(safe.begin(), safe.end(), '/', '_');
    Add(name, is_hex                  ? fmt::format("the checksum is hexadecimal: {}", kUse)
              : IsUrlSafeSha256(safe) ? std::string("the checksum is base64 but not URL-safe: "
                                                    "replace '+' by '-' and '/' by '_'")
                                      : fmt::format("not a SHA-256 checksum: {}", kUse));
  }

  // Checks what holds at every depth. `extra` is the known extra of a member at the top.
  void CheckValue(const std::string& path, std::string_view name, const element& value,
                  const ProvisioningExtra* extra) {
    if (value.is_object()) {
      CheckRepeats(path, value);
      const simdjson::dom::object members = value.get_object().value_unsafe();
      for (const auto& [key, inner] : members) {
        const std::string inner_path = fmt::format("{}.{}", path, key);
        if (key.starts_with(kExtraPrefix)) {
          Add(inner_path, "devices read this extra only at the top: move it there");
        }
        CheckValue(inner_path, key, inner, nullptr);
      }
      return;
    }
    if (value.is_array()) {
      size_t index = 0;
      const simdjson::dom::array values = value.get_array().value_unsafe();
      for (const element& inner : values) {
        CheckValue(fmt::format("{}[{}]", path, index++), name, inner, nullptr);
      }
      return;
    }
    if (value.is_string()) CheckText(path, name, value.get_string().value_unsafe(), extra);
  }

  void CheckText(const std::string& path, std::string_view name, std::string_view text,
                 const ProvisioningExtra* extra) {
    if (StartsWithIgnoringCase(text, "http://")) {
      Add(path, "http can be read and changed on the way: use https");
    }
    const bool is_private =
        extra != nullptr ? extra->form == ExtraForm::kSecret : IsPrivateName(name);
    if ((is_private && !text.empty()) || IsPrivateText(text) || HasPassword(text)) {
      Add(path,
          "a secret in plain sight: everybody who can read the configuration, or who holds a "
          "device, sees it; let the device fetch it after enrolment, or use one that expires");
    }
  }

  // Warns of members that are given more than once.
  void CheckRepeats(const std::string& path, const element& object) {
    std::set<std::string_view> seen;
    std::set<std::string_view> named;
    const simdjson::dom::object members = object.get_object().value_unsafe();
    for (const auto& [key, value] : members) {
      if (seen.insert(key).second || !named.insert(key).second) continue;
      Add(path.empty() ? std::string(key) : fmt::format("{}.{}", path, key),
          "given more than once: devices use the last one; remove the others");
    }
  }

  std::vector<ExtrasWarning> warnings_;
};

}  // namespace

std::vector<ExtrasWarning> LintDpcExtras(std::string_view extras) { return Linter().Run(extras); }

bool IsUrlSafeSha256(std::string_view text) {
  if (text.ends_with('=')) text.remove_suffix(1);
  const std::optional<std::string> bytes = crypto::Base64UrlDecode(text);
  return bytes.has_value() && bytes->size() == kSha256Bytes;
}

bool IsComponentName(std::string_view text) {
  const size_t slash = text.find('/');
  if (slash == 0 || slash == std::string_view::npos || slash + 1 == text.size()) return false;
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.' || c == '$';
  };
  const std::string_view package = text.substr(0, slash);
  const std::string_view name = text.substr(slash + 1);
  return package.find('.') != std::string_view::npos &&
         std::all_of(package.begin(), package.end(), fits) &&
         std::all_of(name.begin(), name.end(), fits);
}

}  // namespace zerotouch
