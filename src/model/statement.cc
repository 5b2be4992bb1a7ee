// SPDX-License-Identifier: Apache-2.0
#include "model/statement.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "base/ascii.h"

namespace zerotouch {
namespace {

template <class Keys>
bool Has(const Keys& keys, ModemKey modem) {
  return std::find(keys.begin(), keys.end(), modem) != keys.end();
}

bool IsSameSerial(const Identity& a, const Identity& b) {
  return a.serial_key == b.serial_key && a.serial == b.serial;
}

void ClearSerial(Identity& keys) {
  keys.serial_key.clear();
  keys.serial.clear();
}

// Adds the keys of `from` to `to`, but cancels those that `other`, the opposite change,
// has.
void NoteKeys(const Identity& from, Identity& to, Identity& other) {
  for (const ModemKey modem : from.modems) {
    const auto cancelled = std::find(other.modems.begin(), other.modems.end(), modem);
    if (cancelled != other.modems.end()) {
      other.modems.erase(cancelled);
    } else {
      to.modems.push_back(modem);
    }
  }
  if (from.serial_key.empty()) return;
  if (IsSameSerial(from, other)) {
    ClearSerial(other);
  } else {
    to.serial_key = from.serial_key;
    to.serial = from.serial;
  }
}

// Returns the keys of `a` that `b` lacks.
Identity Without(const Identity& a, const Identity& b) {
  Identity kept;
  for (const ModemKey modem : a.modems) {
    if (!Has(b.modems, modem)) kept.modems.push_back(modem);
  }
  if (!a.serial_key.empty() && !IsSameSerial(a, b)) {
    kept.serial_key = a.serial_key;
    kept.serial = a.serial;
  }
  return kept;
}

// Puts a modem id into the first free slot of its kind, unless a slot has it. Returns
// false if no slot is free.
bool AddModem(const std::string& id, std::string* first, std::string* second) {
  if (id.empty() || id == *first || id == *second) return true;
  std::string* const slot = first->empty() ? first : second;
  if (!slot->empty()) return false;
  *slot = id;
  return true;
}

bool AddImeis(const api::DeviceIdentifier& given, api::DeviceIdentifier& kept) {
  return AddModem(given.imei(), kept.mutable_imei(), kept.mutable_imei2()) &&
         AddModem(given.imei2(), kept.mutable_imei(), kept.mutable_imei2());
}

bool AddMeids(const api::DeviceIdentifier& given, api::DeviceIdentifier& kept) {
  return AddModem(given.meid(), kept.mutable_meid(), kept.mutable_meid2()) &&
         AddModem(given.meid2(), kept.mutable_meid(), kept.mutable_meid2());
}

bool Differ(const std::string& given, const std::string& stated) {
  return !given.empty() && !stated.empty() && !EqualIgnoringCase(given, stated);
}

// Takes the first field of a serialized message, with its tag, from `rest`. Returns nothing at
// the end, and if a number of it has more than one byte.
std::string_view TakeField(std::string_view& rest) {
  constexpr uint8_t kVarint = 0;
  constexpr uint8_t kBytes = 2;
  if (rest.size() < 2 || ((rest[0] | rest[1]) & 0x80) != 0) return {};
  const int type = rest[0] & 7;
  const size_t size = type == kBytes ? size_t{2} + static_cast<uint8_t>(rest[1]) : size_t{2};
  if ((type != kVarint && type != kBytes) || size > rest.size()) return {};
  const std::string_view field = rest.substr(0, size);
  rest.remove_prefix(size);
  return field;
}

bool HasField(std::string_view message, std::string_view field) {
  while (!message.empty()) {
    const std::string_view each = TakeField(message);
    if (each.empty()) return false;
    if (each == field) return true;
  }
  return false;
}

void FillIfEmpty(const std::string& given, std::string* kept) {
  if (kept->empty()) *kept = given;
}

}  // namespace

void StatementState::SetIdentifier(api::DeviceIdentifier identifier, const Identity& keys) {
  const Identity before = value.has_value() ? KeysOf(value->identifier) : Identity();
  if (!value.has_value()) value.emplace();
  value->identifier = std::move(identifier);
  NoteKeys(Without(before, keys), dropped_keys, added_keys);
  NoteKeys(Without(keys, before), added_keys, dropped_keys);
  changed = true;
}

void StatementState::Drop() {
  if (!value.has_value()) return;
  NoteKeys(KeysOf(value->identifier), dropped_keys, added_keys);
  value.reset();
  changed = true;
}

std::optional<Outcome> ContradictionOf(const api::DeviceIdentifier& given,
                                       const api::DeviceIdentifier& stated) {
  if (Differ(given.serial_number(), stated.serial_number())) return Outcome::kOtherSerialStated;
  if (Differ(given.manufacturer(), stated.manufacturer())) {
    return Outcome::kOtherManufacturerStated;
  }
  if (Differ(given.model(), stated.model())) return Outcome::kOtherModelStated;
  if (Differ(given.chrome_os_attested_device_id(), stated.chrome_os_attested_device_id())) {
    return Outcome::kOtherAttestedIdStated;
  }
  api::DeviceIdentifier merged = stated;
  if (!AddImeis(given, merged)) return Outcome::kOtherImeisStated;
  if (!AddMeids(given, merged)) return Outcome::kOtherMeidsStated;
  return std::nullopt;
}

GivenFields GivenFieldsOf(const api::DeviceIdentifier& given) {
  return {.attested_id = !given.chrome_os_attested_device_id().empty(),
          .modem = !given.imei().empty() || !given.imei2().empty() || !given.meid().empty() ||
                   !given.meid2().empty(),
          .text = !given.serial_number().empty() || !given.manufacturer().empty() ||
                  !given.model().empty()};
}

bool CouldContradict(const GivenFields& given, size_t stated_keys, size_t keys) {
  // With an attested id, a manufacturer is not part of the serial set.
  if (given.attested_id) return true;
  // A serial set alone is one key.
  if (!given.modem) return false;
  return given.text || stated_keys < keys;
}

bool IsAsStated(const api::DeviceIdentifier& given, const api::DeviceIdentifier& stated) {
  const auto repeats = [](const std::string& field, const std::string& first,
                          const std::string& second) {
    return field.empty() || field == first || field == second;
  };
  const auto same_text = [](const std::string& field, const std::string& text) {
    return field.empty() || field == text || EqualIgnoringCase(field, text);
  };
  return repeats(given.imei(), stated.imei(), stated.imei2()) &&
         repeats(given.imei2(), stated.imei(), stated.imei2()) &&
         repeats(given.meid(), stated.meid(), stated.meid2()) &&
         repeats(given.meid2(), stated.meid(), stated.meid2()) &&
         same_text(given.serial_number(), stated.serial_number()) &&
         same_text(given.manufacturer(), stated.manufacturer()) &&
         same_text(given.model(), stated.model()) &&
         same_text(given.chrome_os_attested_device_id(), stated.chrome_os_attested_device_id());
}

bool IsAsStated(std::string_view given, std::string_view stated) {
  while (!given.empty()) {
    const std::string_view field = TakeField(given);
    if (field.empty() || !HasField(stated, field)) return false;
  }
  return true;
}

api::DeviceIdentifier FilledIn(const api::DeviceIdentifier& stated,
                               const api::DeviceIdentifier& given) {
  api::DeviceIdentifier filled = stated;
  AddImeis(given, filled);
  AddMeids(given, filled);
  FillIfEmpty(given.serial_number(), filled.mutable_serial_number());
  FillIfEmpty(given.manufacturer(), filled.mutable_manufacturer());
  FillIfEmpty(given.model(), filled.mutable_model());
  FillIfEmpty(given.chrome_os_attested_device_id(), filled.mutable_chrome_os_attested_device_id());
  if (filled.device_type() == api::DEVICE_TYPE_UNSPECIFIED) {
    filled.set_device_type(given.device_type());
  }
  return filled;
}

}  // namespace zerotouch
