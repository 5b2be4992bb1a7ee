// SPDX-License-Identifier: Apache-2.0
#include "sandbox/fault_match.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/ascii.h"
#include "google/android/device/provisioning/v1/devices.pb.h"
#include "google/protobuf/descriptor.h"
#include "model/identity.h"
#include "model/resource_name.h"
#include "model/text.h"

namespace zerotouch::sandbox {
namespace {

using google::android::device::provisioning::v1::DeviceIdentifier;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// Returns the text of a single field, or an empty one if the message lacks it.
std::string TextOf(const Message& message, const char* name) {
  const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(name);
  if (field == nullptr || field->is_repeated() ||
      field->cpp_type() != FieldDescriptor::CPPTYPE_STRING) {
    return "";
  }
  return message.GetReflection()->GetString(message, field);
}

int64_t NumberOf(const Message& message, const char* name) {
  const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(name);
  if (field == nullptr || field->is_repeated() ||
      field->cpp_type() != FieldDescriptor::CPPTYPE_INT64) {
    return 0;
  }
  return message.GetReflection()->GetInt64(message, field);
}

// Returns the resource name that a request is about.
std::string ResourceOf(const Message& request) {
  for (const char* name : {"parent", "name"}) {
    std::string text = TextOf(request, name);
    if (!text.empty()) return text;
  }
  const FieldDescriptor* field = request.GetDescriptor()->FindFieldByName("configuration");
  if (field == nullptr || field->message_type() == nullptr) return "";
  return TextOf(request.GetReflection()->GetMessage(request, field), "name");
}

// Returns the form in which IMEIs are compared: the 14 digits before the check digit, which
// may be left out. A malformed one stays as it is.
std::string ComparedImei(std::string_view text) {
  constexpr size_t kDigits = 14;
  const std::string imei = CanonicalImei(text, {.lenient = true});
  return imei.empty() ? AsciiLower(TrimSpace(text)) : "imei " + imei.substr(0, kDigits);
}

std::string ComparedMeid(std::string_view text) {
  const std::string meid = CanonicalMeid(text);
  return meid.empty() ? AsciiLower(TrimSpace(text)) : "meid " + meid;
}

std::vector<std::string> ModemsOf(const DeviceIdentifier& identifier) {
  std::vector<std::string> modems = {
      ComparedImei(identifier.imei()), ComparedImei(identifier.imei2()),
      ComparedMeid(identifier.meid()), ComparedMeid(identifier.meid2())};
  std::erase(modems, "");
  return modems;
}

bool SameOrUnset(std::string_view wanted, std::string_view given) {
  return wanted.empty() ||
         EqualIgnoringCase(WithSingleSpaces(TrimSpace(wanted)), WithSingleSpaces(TrimSpace(given)));
}

bool SharesIdentifier(const DeviceIdentifier& given, const DeviceIdentifier& wanted) {
  const std::vector<std::string> modems = ModemsOf(wanted);
  if (!modems.empty() && std::ranges::any_of(ModemsOf(given), [&](const std::string& modem) {
        return std::ranges::find(modems, modem) != modems.end();
      })) {
    return true;
  }
  if (!wanted.chrome_os_attested_device_id().empty() &&
      given.chrome_os_attested_device_id() == wanted.chrome_os_attested_device_id()) {
    return true;
  }
  return !wanted.serial_number().empty() &&
         TrimSpace(given.serial_number()) == TrimSpace(wanted.serial_number()) &&
         SameOrUnset(wanted.manufacturer(), given.manufacturer()) &&
         SameOrUnset(wanted.model(), given.model());
}

bool HasDeviceId(const Message& message, int64_t device) {
  if (device == 0) return false;
  if (NumberOf(message, "device_id") == device) return true;
  const std::string name = TextOf(message, "name");
  return name.ends_with(fmt::format("/devices/{}", device));
}

}  // namespace

bool IsForPartner(const FaultCall& call, int64_t partner) {
  const Message* const path = call.path ? call.path() : nullptr;
  if (path != nullptr) {
    for (const char* field : {"partner_id", "metadata_owner_id"}) {
      const int64_t named = NumberOf(*path, field);
      if (named != 0) return named == partner;
    }
    const auto named = LeadingPartner(ResourceOf(*path));
    if (named.has_value()) return named->value() == partner;
  }
  return call.caller != nullptr && call.caller->partner.value() == partner;
}

bool IsForCustomer(const FaultCall& call, int64_t customer) {
  const Message* const path = call.path ? call.path() : nullptr;
  if (path != nullptr) {
    const auto named = LeadingCustomer(ResourceOf(*path));
    if (named.has_value()) return named->value() == customer;
  }
  return call.caller != nullptr &&
         std::ranges::binary_search(call.caller->customers, CustomerId(customer));
}

bool NamesDevice(const Message& request, const proto::FaultDevice& device) {
  if (request.GetDescriptor() == DeviceIdentifier::descriptor()) {
    return SharesIdentifier(static_cast<const DeviceIdentifier&>(request),
                            device.device_identifier());
  }
  if (HasDeviceId(request, device.device_id())) return true;
  const Reflection& reflection = *request.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(request, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE || field->is_map()) continue;
    if (!field->is_repeated()) {
      if (NamesDevice(reflection.GetMessage(request, field), device)) return true;
      continue;
    }
    for (int i = 0; i < reflection.FieldSize(request, field); ++i) {
      if (NamesDevice(reflection.GetRepeatedMessage(request, field, i), device)) return true;
    }
  }
  return false;
}

}  // namespace zerotouch::sandbox
