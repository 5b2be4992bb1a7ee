// SPDX-License-Identifier: Apache-2.0
#include "model/configuration.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/limits.h"
#include "base/sorted.h"
#include "base/status_macros.h"
#include "errors/errors.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/empty.pb.h"
#include "json/json.h"
#include "model/company.h"
#include "model/resource_name.h"
#include "model/text.h"

namespace zerotouch {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

// Collects the violations.
class Faults {
 public:
  // Adds a violation unless `reason` is empty.
  void Add(std::string_view field, std::string_view reason) {
    if (reason.empty()) return;
    violations_.push_back({fmt::format("configuration.{}", field), std::string(reason)});
  }
  std::vector<Violation> Take() { return std::move(violations_); }

 private:
  std::vector<Violation> violations_;
};

std::string LabelFault(std::string_view label) {
  const bool valid =
      !label.empty() && label.size() <= limits::kNameBytes && !HasControlCharacter(label);
  return valid ? "" : fmt::format("use 1 to {} bytes of printable text", limits::kNameBytes);
}

std::string DpcFault(CustomerId customer, const std::string& path,
                     const std::vector<std::string>& dpcs) {
  const std::optional<DpcName> name = ParseDpcName(path);
  if (!name.has_value() || name->customer != customer) {
    return fmt::format("use the name of a DPC, {}/dpcs/DPC (customers.dpcs.list)",
                       FormatCustomerName(customer));
  }
  const bool known = std::find(dpcs.begin(), dpcs.end(), name->dpc) != dpcs.end();
  return known ? "" : "unknown DPC: use one that customers.dpcs.list returns";
}

// Parses the text as a message without fields and ignores unknown ones, so that
// only malformed JSON is a violation.
std::string ExtrasFault(const std::string& extras) {
  if (extras.empty()) return "";
  if (extras.size() > limits::kDpcExtrasBytes) {
    return fmt::format("use at most {} bytes", limits::kDpcExtrasBytes);
  }
  const size_t begin = extras.find_first_not_of(" \t\r\n");
  if (begin == std::string::npos || extras[begin] != '{') {
    return "use the text of a JSON object: it does not begin with '{'";
  }
  std::string text = extras;
  google::protobuf::Empty nothing;
  const std::vector<Violation> wrong = json::Parse(text, nothing, {.ignore_unknown_fields = true});
  if (wrong.empty()) return "";
  constexpr std::string_view kPrefix = "Invalid JSON payload received. ";
  std::string_view what = wrong[0].description;
  if (what.starts_with(kPrefix)) what.remove_prefix(kPrefix.size());
  return fmt::format("use the text of a JSON object: {}", what);
}

std::string PhoneFault(std::string_view phone) {
  const bool fits = phone.size() <= limits::kPhoneBytes &&
                    phone.find_first_not_of("0123456789 +-()") == std::string_view::npos &&
                    phone.find_first_of("0123456789") != std::string_view::npos;
  return fits ? ""
              : fmt::format(
                    "use a telephone number of at most {} bytes: digits, spaces, '+', '-' and "
                    "parentheses",
                    limits::kPhoneBytes);
}

std::string MessageFault(std::string_view message) {
  if (message.size() > limits::kMessageBytes) {
    return fmt::format("use at most {} bytes", limits::kMessageBytes);
  }
  // Line breaks are allowed. PostgreSQL cannot store NUL.
  return message.find('\0') == std::string_view::npos ? "" : "remove the NUL characters";
}

std::string ResetFault(const api::Configuration& configuration) {
  if (!configuration.has_forced_reset_time()) return "";
  const auto& given = configuration.forced_reset_time();
  const absl::Duration time = absl::Seconds(given.seconds()) + absl::Nanoseconds(given.nanos());
  const bool fits = given.nanos() >= 0 && given.nanos() <= 999'999'999 &&
                    time >= absl::ZeroDuration() && time <= limits::kForcedReset;
  return fits ? "" : "use a duration from 0s to 21600s (6 hours)";
}

bool IsOutputOnly(const FieldDescriptor& field) {
  return field.number() == api::Configuration::kNameFieldNumber ||
         field.number() == api::Configuration::kConfigurationIdFieldNumber;
}

std::vector<const FieldDescriptor*> AllFields() {
  const Descriptor& type = *api::Configuration::descriptor();
  std::vector<const FieldDescriptor*> fields;
  fields.reserve(type.field_count());
  for (int i = 0; i < type.field_count(); ++i) fields.push_back(type.field(i));
  return fields;
}

// Returns the fields that a mask with paths names.
absl::StatusOr<std::vector<const FieldDescriptor*>> FieldsOf(
    const google::protobuf::FieldMask& mask) {
  const Descriptor& type = *api::Configuration::descriptor();
  std::vector<const FieldDescriptor*> fields;
  for (const std::string& path : mask.paths()) {
    if (path == "*") return AllFields();
    const FieldDescriptor* field = type.FindFieldByName(path);
    if (field == nullptr) field = type.FindFieldByCamelcaseName(path);
    if (field == nullptr) {
      return errors::InvalidParameter(
          "update_mask", fmt::format("unknown field \"{}\": use fields of a configuration", path));
    }
    fields.push_back(field);
  }
  return fields;
}

}  // namespace

std::vector<Violation> CheckConfiguration(CustomerId customer,
                                          const api::Configuration& configuration,
                                          const std::vector<std::string>& dpcs) {
  Faults faults;
  faults.Add("configuration_name", LabelFault(configuration.configuration_name()));
  faults.Add("dpc_resource_path", DpcFault(customer, configuration.dpc_resource_path(), dpcs));
  faults.Add("dpc_extras", ExtrasFault(configuration.dpc_extras()));
  faults.Add("company_name", NameFault(configuration.company_name()));
  faults.Add("contact_email", EmailFault(configuration.contact_email()));
  faults.Add("contact_phone", PhoneFault(configuration.contact_phone()));
  faults.Add("custom_message", MessageFault(configuration.custom_message()));
  faults.Add("forced_reset_time", ResetFault(configuration));
  return faults.Take();
}

absl::Status MergeConfiguration(const api::Configuration& given,
                                const google::protobuf::FieldMask& mask, api::Configuration& kept) {
  api::Configuration from = given;
  const google::protobuf::Reflection& reflection = *from.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  if (mask.paths().empty()) {
    reflection.ListFields(from, &fields);
  } else {
    ZT_ASSIGN_OR_RETURN(fields, FieldsOf(mask));
  }
  // Swapping a field twice would restore it.
  SortUnique(fields);
  std::erase_if(fields, [](const FieldDescriptor* field) { return IsOutputOnly(*field); });
  reflection.SwapFields(&from, &kept, fields);
  return absl::OkStatus();
}

}  // namespace zerotouch
