// SPDX-License-Identifier: Apache-2.0
#include "model/identity.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/ascii.h"
#include "base/limits.h"
#include "model/text.h"

namespace zerotouch {
namespace {

constexpr char kSeparator = '\x1f';  // never in printable text
constexpr ModemKey kMeidBit = ModemKey{1} << 60;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsHex(char c) { return IsDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

bool AllDigits(std::string_view text) { return std::all_of(text.begin(), text.end(), IsDigit); }
bool AllHex(std::string_view text) { return std::all_of(text.begin(), text.end(), IsHex); }

std::string_view Trim(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

std::string WithoutSeparators(std::string_view text) {
  std::string kept;
  kept.reserve(text.size());
  std::copy_if(text.begin(), text.end(), std::back_inserter(kept),
               [](char c) { return c != ' ' && c != '-'; });
  return kept;
}

// Counts the code points of UTF-8 text: the bytes that are not continuation bytes.
size_t CountCharacters(std::string_view text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

void AppendFolded(std::string_view text, std::string& key) {
  key += kSeparator;
  key += AsciiLower(text);
}

bool IsChromeOs(const api::DeviceIdentifier& identifier) {
  return identifier.device_type() == api::DEVICE_TYPE_CHROME_OS ||
         !Trim(identifier.chrome_os_attested_device_id()).empty();
}

// Parses one modem id into `identity`. Returns an outcome if it is malformed.
std::optional<Outcome> AddImei(std::string_view text, const IdentityRules& rules,
                               Identity& identity) {
  if (Trim(text).empty()) return std::nullopt;
  const std::string canonical = CanonicalImei(text, rules);
  if (canonical.empty()) return Outcome::kInvalidImei;
  identity.modems.push_back(ModemKeyOfImei(canonical));
  return std::nullopt;
}

std::optional<Outcome> AddMeid(std::string_view text, Identity& identity) {
  if (Trim(text).empty()) return std::nullopt;
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
  // Only ids of the same kind can be equal.
  auto sorted = identity.modems;
  std::sort(sorted.begin(), sorted.end());
  if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end()) {
    return Outcome::kSecondSlotEqualsFirst;
  }
  return std::nullopt;
}

std::optional<Outcome> CheckName(std::string_view untrimmed, Outcome wrong) {
  const std::string_view text = Trim(untrimmed);
  if (text.size() > limits::kNameBytes || HasControlCharacter(text)) return wrong;
  return std::nullopt;
}

// Returns true if the serial number comes with the fields that make it unique.
bool IsSerialSetComplete(const api::DeviceIdentifier& identifier) {
  if (Trim(identifier.serial_number()).empty() || Trim(identifier.model()).empty()) return false;
  return IsChromeOs(identifier) ? !Trim(identifier.chrome_os_attested_device_id()).empty()
                                : !Trim(identifier.manufacturer()).empty();
}

std::optional<Outcome> AddSerialSet(const api::DeviceIdentifier& identifier, Identity& identity) {
  const std::string_view serial = Trim(identifier.serial_number());
  if (HasControlCharacter(serial) || CountCharacters(serial) > limits::kSerialCharacters) {
    return Outcome::kInvalidSerial;
  }
  identity.serial = serial;
  std::string& key = identity.serial_key;
  if (IsChromeOs(identifier)) {
    key = "chromeos";
    AppendFolded(serial, key);
    AppendFolded(Trim(identifier.model()), key);
    AppendFolded(Trim(identifier.chrome_os_attested_device_id()), key);
  } else {
    key = "android";
    AppendFolded(serial, key);
    AppendFolded(Trim(identifier.manufacturer()), key);
    AppendFolded(Trim(identifier.model()), key);
  }
  return std::nullopt;
}

std::optional<Outcome> CheckNames(const api::DeviceIdentifier& identifier) {
  if (auto wrong = CheckName(identifier.manufacturer(), Outcome::kInvalidManufacturer)) {
    return wrong;
  }
  if (auto wrong = CheckName(identifier.model(), Outcome::kInvalidModel)) return wrong;
  return CheckName(identifier.chrome_os_attested_device_id(), Outcome::kInvalidAttestedId);
}

void Canonicalize(api::DeviceIdentifier& identifier, const IdentityRules& rules) {
  identifier.set_imei(CanonicalImei(identifier.imei(), rules));
  identifier.set_imei2(CanonicalImei(identifier.imei2(), rules));
  identifier.set_meid(CanonicalMeid(identifier.meid()));
  identifier.set_meid2(CanonicalMeid(identifier.meid2()));
  for (std::string* text :
       {identifier.mutable_serial_number(), identifier.mutable_manufacturer(),
        identifier.mutable_model(), identifier.mutable_chrome_os_attested_device_id()}) {
    *text = std::string(Trim(*text));
  }
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
  std::string digits = WithoutSeparators(Trim(text));
  if (!AllDigits(digits) || digits.size() < 14 || digits.size() > 16) return {};
  const char check = LuhnDigit(std::string_view(digits).substr(0, 14));
  if (digits.size() == 15) return digits[14] == check || rules.lenient ? digits : std::string();
  digits.resize(14);
  digits += check;
  return digits;
}

std::string CanonicalMeid(std::string_view text) {
  std::string digits = WithoutSeparators(Trim(text));
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
  return Trim(identifier.serial_number()).empty() ? Outcome::kNoIdentifier
                                                  : Outcome::kSerialSetIncomplete;
}

std::variant<Identity, Outcome> ParseAndCanonicalize(api::DeviceIdentifier& identifier,
                                                     const IdentityRules& rules) {
  Identity identity;
  if (auto wrong = AddModems(identifier, rules, identity)) return *wrong;
  if (auto wrong = CheckNames(identifier)) return *wrong;
  if (!Trim(identifier.serial_number()).empty() || IsChromeOs(identifier)) {
    if (!IsSerialSetComplete(identifier)) return Outcome::kSerialSetIncomplete;
    if (auto wrong = AddSerialSet(identifier, identity)) return *wrong;
  } else if (identity.modems.empty()) {
    return Outcome::kNoIdentifier;
  }
  Canonicalize(identifier, rules);
  return identity;
}

}  // namespace zerotouch
