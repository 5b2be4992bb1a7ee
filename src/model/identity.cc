// SPDX-License-Identifier: Apache-2.0
#include "model/identity.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/ascii.h"
#include "base/limits.h"
#include "model/text.h"

namespace zerotouch {
namespace {

constexpr char kSeparator = '\x1f';  // never in printable text
constexpr ModemKey kMeidBit = ModemKey{1} << 60;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsHex(char c) { return IsDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

// The compiler inlines lambdas, and not pointers to functions.
bool AllDigits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return IsDigit(c); });
}
bool AllHex(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return IsHex(c); });
}

// Returns true if the text is an IMEI in the form in which most are sent, the canonical one.
bool IsCanonicalImei(std::string_view text, const IdentityRules& rules) {
  return text.size() == 15 && AllDigits(text) &&
         (rules.lenient || LuhnDigit(text.substr(0, 14)) == text[14]);
}

// Counts the code points of UTF-8 text: the bytes that are not continuation bytes.
size_t CountCharacters(std::string_view text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

std::string CanonicalName(std::string_view text) { return WithSingleSpaces(TrimSpace(text)); }

void AppendFolded(std::string_view text, std::string& key) {
  key += kSeparator;
  key += AsciiLower(text);
}

bool IsChromeOs(const api::DeviceIdentifier& identifier) {
  return identifier.device_type() == api::DEVICE_TYPE_CHROME_OS ||
         !TrimSpace(identifier.chrome_os_attested_device_id()).empty();
}

// Parses one modem id into `identity`. Returns an outcome if it is malformed.
std::optional<Outcome> AddImei(std::string_view text, const IdentityRules& rules,
                               Identity& identity) {
  if (IsCanonicalImei(text, rules)) {
    identity.modems.push_back(ModemKeyOfImei(text));
    return std::nullopt;
  }
  if (TrimSpace(text).empty()) return std::nullopt;
  const std::string canonical = CanonicalImei(text, rules);
  if (canonical.empty()) return Outcome::kInvalidImei;
  identity.modems.push_back(ModemKeyOfImei(canonical));
  return std::nullopt;
}

std::optional<Outcome> AddMeid(std::string_view text, Identity& identity) {
  if (TrimSpace(text).empty()) return std::nullopt;
  const std::string canonical = CanonicalMeid(text);
  if (canonical.empty()) return Outcome::kInvalidMeid;
  identity.modems.push_back(ModemKeyOfMeid(canonical));
  return std::nullopt;
}

std::optional<Outcome> AddModems(const api::DeviceIdentifier& identifier,
                                 const IdentityRules& rules, Identity& identity) {
  if (auto wrong = AddImei(identifier.imei(), rules, identity)) return wrong;
  if (auto wrong = AddImei(identifier.imei2(), rules, identity)) return wrong;
  if (auto wrong = AddMeid(identifier.meid(), identity)) return wrong;
  if (auto wrong = AddMeid(identifier.meid2(), identity)) return wrong;
  if (identity.modems.size() < 2) return std::nullopt;
  // Only ids of the same kind can be equal.
  auto sorted = identity.modems;
  std::sort(sorted.begin(), sorted.end());
  if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end()) {
    return Outcome::kSecondSlotEqualsFirst;
  }
  return std::nullopt;
}

std::optional<Outcome> CheckName(std::string_view untrimmed, Outcome wrong) {
  const std::string_view text = TrimSpace(untrimmed);
  if (text.size() > limits::kNameBytes || FirstInvisible(text).has_value()) return wrong;
  return std::nullopt;
}

// Returns true if the serial number comes with the fields that make it unique.
bool IsSerialSetComplete(const api::DeviceIdentifier& identifier) {
  if (TrimSpace(identifier.serial_number()).empty() || TrimSpace(identifier.model()).empty())
    return false;
  return IsChromeOs(identifier) ? !TrimSpace(identifier.chrome_os_attested_device_id()).empty()
                                : !TrimSpace(identifier.manufacturer()).empty();
}

// Sets the key of the serial set, which must be complete.
void SetSerialKey(const api::DeviceIdentifier& identifier, Identity& identity) {
  const std::string_view serial = TrimSpace(identifier.serial_number());
  identity.serial = serial;
  std::string& key = identity.serial_key;
  if (IsChromeOs(identifier)) {
    key = "chromeos";
    AppendFolded(serial, key);
    AppendFolded(CanonicalName(identifier.model()), key);
    AppendFolded(CanonicalName(identifier.chrome_os_attested_device_id()), key);
  } else {
    key = "android";
    AppendFolded(serial, key);
    AppendFolded(CanonicalName(identifier.manufacturer()), key);
    AppendFolded(CanonicalName(identifier.model()), key);
  }
}

std::optional<Outcome> AddSerialSet(const api::DeviceIdentifier& identifier, Identity& identity) {
  const std::string_view serial = TrimSpace(identifier.serial_number());
  if (FirstInvisibleOrSpace(serial).has_value() ||
      CountCharacters(serial) > limits::kSerialCharacters) {
    return Outcome::kInvalidSerial;
  }
  SetSerialKey(identifier, identity);
  return std::nullopt;
}

// Replaces the text of a field by its canonical form. Does not touch a field that is empty or
// canonical, which costs an allocation.
template <class Canonical>
void Rewrite(const std::string& text, std::string* (api::DeviceIdentifier::*field)(),
             const Canonical& canonical, api::DeviceIdentifier& identifier) {
  if (text.empty()) return;
  if (std::string rewritten = canonical(text); rewritten != text) {
    *(identifier.*field)() = std::move(rewritten);
  }
}

std::optional<Outcome> CheckNames(const api::DeviceIdentifier& identifier) {
  if (auto wrong = CheckName(identifier.manufacturer(), Outcome::kInvalidManufacturer)) {
    return wrong;
  }
  if (auto wrong = CheckName(identifier.model(), Outcome::kInvalidModel)) return wrong;
  return CheckName(identifier.chrome_os_attested_device_id(), Outcome::kInvalidAttestedId);
}

}  // namespace

char LuhnDigit(std::string_view digits) {
  int sum = 0;
  bool doubled = true;  // the digit beside the check digit is doubled
  for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit, doubled = !doubled) {
    int value = *digit - '0';
    if (doubled) value = value < 5 ? 2 * value : 2 * value - 9;
    sum += value;
  }
  return static_cast<char>('0' + (10 - sum % 10) % 10);
}

std::string CanonicalImei(std::string_view text, const IdentityRules& rules) {
  std::string digits = AllDigits(text) ? std::string(text) : WithoutSeparators(TrimSpace(text));
  if (!AllDigits(digits) || digits.size() < 14 || digits.size() > 16) return {};
  const char check = LuhnDigit(std::string_view(digits).substr(0, 14));
  if (digits.size() == 15) return digits[14] == check || rules.lenient ? digits : std::string();
  digits.resize(14);
  digits += check;
  return digits;
}

std::string CanonicalMeid(std::string_view text) {
  std::string digits = WithoutSeparators(TrimSpace(text));
  if ((digits.size() == 14 || digits.size() == 15) && AllHex(digits)) {
    digits.resize(14);
    return AsciiUpper(digits);
  }
  if (digits.size() != 18 || !AllDigits(digits)) return {};
  // The first ten decimal digits are 32 bits, the other eight are 24 bits.
  const uint64_t high = std::stoull(digits.substr(0, 10));
  const uint64_t low = std::stoull(digits.substr(10));
  if (high > 0xffff'ffff || low > 0xff'ffff) return {};
  return fmt::format("{:08X}{:06X}", high, low);
}

ModemKey ModemKeyOfImei(std::string_view canonical) {
  ModemKey key = 0;
  for (const char digit : canonical) key = key * 10 + (digit - '0');
  // Keys are positive. The key of fifteen zeros has sixteen digits, like no other IMEI.
  return key == 0 ? 1'000'000'000'000'000 : key;
}

ModemKey ModemKeyOfMeid(std::string_view canonical) {
  ModemKey key = 0;
  for (const char digit : canonical) {
    key = key * 16 + (IsDigit(digit) ? digit - '0' : digit - 'A' + 10);
  }
  return key | kMeidBit;
}

std::variant<Identity, Outcome> ParseIdentity(const api::DeviceIdentifier& identifier,
                                              const IdentityRules& rules) {
  Identity identity;
  if (auto wrong = AddModems(identifier, rules, identity)) return *wrong;
  if (IsSerialSetComplete(identifier)) {
    if (auto wrong = CheckNames(identifier)) return *wrong;
    if (auto wrong = AddSerialSet(identifier, identity)) return *wrong;
    return identity;
  }
  if (!identity.modems.empty()) return identity;
  return TrimSpace(identifier.serial_number()).empty() ? Outcome::kNoIdentifier
                                                       : Outcome::kSerialSetIncomplete;
}

void Canonicalize(api::DeviceIdentifier& identifier) {
  const auto imei = [](const std::string& text) {
    static constexpr IdentityRules kLenient = {.lenient = true};
    return IsCanonicalImei(text, kLenient) ? text : CanonicalImei(text, kLenient);
  };
  const auto trimmed = [](std::string_view text) { return std::string(TrimSpace(text)); };
  using Each = api::DeviceIdentifier;
  Rewrite(identifier.imei(), &Each::mutable_imei, imei, identifier);
  Rewrite(identifier.imei2(), &Each::mutable_imei2, imei, identifier);
  Rewrite(identifier.meid(), &Each::mutable_meid, CanonicalMeid, identifier);
  Rewrite(identifier.meid2(), &Each::mutable_meid2, CanonicalMeid, identifier);
  Rewrite(identifier.serial_number(), &Each::mutable_serial_number, trimmed, identifier);
  Rewrite(identifier.manufacturer(), &Each::mutable_manufacturer, CanonicalName, identifier);
  Rewrite(identifier.model(), &Each::mutable_model, CanonicalName, identifier);
  Rewrite(identifier.chrome_os_attested_device_id(), &Each::mutable_chrome_os_attested_device_id,
          CanonicalName, identifier);
}

std::variant<Identity, Outcome> ParseAndCanonicalize(api::DeviceIdentifier& identifier,
                                                     const IdentityRules& rules) {
  Identity identity;
  if (auto wrong = AddModems(identifier, rules, identity)) return *wrong;
  if (auto wrong = CheckNames(identifier)) return *wrong;
  if (!TrimSpace(identifier.serial_number()).empty() || IsChromeOs(identifier)) {
    if (!IsSerialSetComplete(identifier)) return Outcome::kSerialSetIncomplete;
    if (auto wrong = AddSerialSet(identifier, identity)) return *wrong;
  } else if (identity.modems.empty()) {
    return Outcome::kNoIdentifier;
  }
  Canonicalize(identifier);
  return identity;
}

Identity KeysOf(const api::DeviceIdentifier& canonical) {
  Identity keys;
  for (const std::string* imei : {&canonical.imei(), &canonical.imei2()}) {
    if (!imei->empty()) keys.modems.push_back(ModemKeyOfImei(*imei));
  }
  for (const std::string* meid : {&canonical.meid(), &canonical.meid2()}) {
    if (!meid->empty()) keys.modems.push_back(ModemKeyOfMeid(*meid));
  }
  if (IsSerialSetComplete(canonical)) SetSerialKey(canonical, keys);
  return keys;
}

std::string DescribeInvisible(const api::DeviceIdentifier& identifier, Outcome outcome) {
  struct Field {
    const char* name;
    const std::string& text;
    Outcome outcome;
  };
  const Field fields[] = {
      {"imei", identifier.imei(), Outcome::kInvalidImei},
      {"imei2", identifier.imei2(), Outcome::kInvalidImei},
      {"meid", identifier.meid(), Outcome::kInvalidMeid},
      {"meid2", identifier.meid2(), Outcome::kInvalidMeid},
      {"serialNumber", identifier.serial_number(), Outcome::kInvalidSerial},
      {"manufacturer", identifier.manufacturer(), Outcome::kInvalidManufacturer},
      {"model", identifier.model(), Outcome::kInvalidModel},
      {"chromeOsAttestedDeviceId", identifier.chrome_os_attested_device_id(),
       Outcome::kInvalidAttestedId},
  };
  for (const Field& field : fields) {
    if (field.outcome != outcome) continue;
    const std::string_view text = TrimSpace(field.text);
    const std::optional<char32_t> found =
        outcome == Outcome::kInvalidSerial ? FirstInvisibleOrSpace(text) : FirstInvisible(text);
    if (!found.has_value()) continue;
    const bool is_space = !FirstInvisible(text).has_value();
    return fmt::format("{} has {} inside, U+{:04X}. Remove it.", field.name,
                       is_space ? "white space" : "an invisible character",
                       static_cast<uint32_t>(*found));
  }
  return {};
}

}  // namespace zerotouch
