// SPDX-License-Identifier: Apache-2.0
#include "devices_csv/device_csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <utility>

#include "base/ascii.h"
#include "base/status_macros.h"
#include "base/utf8.h"
#include "devices_csv/cell.h"
#include "model/text.h"

namespace zerotouch::csv {
namespace {

struct KnownColumn {
  std::string_view name;
  CellKind kind;
};

// By Column.
constexpr KnownColumn kKnown[kColumns] = {
    {"modemtype", CellKind::kText},     {"modemid", CellKind::kNumber},
    {"modemtype2", CellKind::kText},    {"modemid2", CellKind::kNumber},
    {"imei", CellKind::kNumber},        {"imei2", CellKind::kNumber},
    {"meid", CellKind::kNumber},        {"meid2", CellKind::kNumber},
    {"serial", CellKind::kSerial},      {"model", CellKind::kText},
    {"manufacturer", CellKind::kText},  {"profiletype", CellKind::kText},
    {"owner", CellKind::kNumber},       {"profileid", CellKind::kNumber},
    {"deviceid", CellKind::kNumber},    {"phonenumber", CellKind::kSerial},
    {"ordernumber", CellKind::kSerial},
};

// Other names that tools use.
constexpr std::pair<std::string_view, Column> kAliases[] = {
    {"serialnumber", Column::kSerial}, {"imei1", Column::kImei}, {"meid1", Column::kMeid}};

constexpr Column kIdentifiers[] = {Column::kModemId, Column::kImei,  Column::kImei2,
                                   Column::kMeid,    Column::kMeid2, Column::kSerial,
                                   Column::kDeviceId};

constexpr char kHint[] =
    "the first row must name the columns: "
    "modemtype,modemid,serial,model,manufacturer,profiletype,owner";

absl::Status Wrong(std::string_view what) { return absl::InvalidArgumentError(std::string(what)); }

absl::Status WrongHeader(std::string_view what) {
  return Wrong(fmt::format("{}; {}", what, kHint));
}

// Returns a column's name in lower case, without spaces, hyphens, underscores and invisible
// characters.
std::string NormalName(std::string_view title) {
  std::string name;
  while (!title.empty()) {
    const size_t bytes = std::max<size_t>(utf8::CharacterBytes(title), 1);
    const std::string_view character = title.substr(0, bytes);
    const bool is_dropped =
        character == "-" || character == "_" || FirstInvisibleOrSpace(character).has_value();
    if (!is_dropped) name += character;
    title.remove_prefix(bytes);
  }
  return AsciiLower(name);
}

// Returns the column with this name; -1 if it is not known.
int ColumnOf(const std::string& name) {
  for (size_t i = 0; i < kColumns; ++i) {
    if (kKnown[i].name == name) return static_cast<int>(i);
  }
  for (const auto& [alias, column] : kAliases) {
    if (alias == name) return static_cast<int>(column);
  }
  return -1;
}

// Returns the position of the columns that an earlier run added as results; -1 without them.
int FindResults(const std::vector<std::string>& header) {
  constexpr size_t kCount = std::size(kResultColumns);
  for (size_t begin = header.size(); begin-- > 0;) {
    if (begin + kCount > header.size()) continue;
    const auto is_result = [&](size_t i) {
      return EqualIgnoringCase(TrimCell(header[begin + i]), kResultColumns[i]);
    };
    if (is_result(0) && is_result(1) && is_result(2) && is_result(3)) {
      return static_cast<int>(begin);
    }
  }
  return -1;
}

std::string_view CellOf(const CsvRecord& row, int position) {
  if (position < 0 || position >= static_cast<int>(row.fields.size())) return {};
  return TrimCell(UnmarkedCell(TrimCell(row.fields[static_cast<size_t>(position)])));
}

// Returns the number of fields without blank ones at the end.
size_t WidthOf(const std::vector<std::string>& fields) {
  size_t width = fields.size();
  while (width > 0 && TrimCell(fields[width - 1]).empty()) --width;
  return width;
}

}  // namespace

int DeviceCsv::CountKnown(const CsvRecord& header) {
  if (!header.problem.empty()) return 0;
  return static_cast<int>(
      std::count_if(header.fields.begin(), header.fields.end(),
                    [](const std::string& title) { return ColumnOf(NormalName(title)) >= 0; }));
}

absl::StatusOr<DeviceCsv> DeviceCsv::Open(const CsvRecord& header) {
  if (!header.problem.empty()) return WrongHeader(header.problem);
  DeviceCsv csv;
  csv.width_ = WidthOf(header.fields);
  csv.position_.fill(-1);
  const int results = FindResults(header.fields);
  if (results >= 0) csv.result_id_ = results + 1;
  for (int i = 0; i < static_cast<int>(csv.width_); ++i) {
    const bool is_result =
        results >= 0 && i >= results && i < results + static_cast<int>(std::size(kResultColumns));
    if (is_result) continue;
    const std::string title(TrimCell(header.fields[static_cast<size_t>(i)]));
    csv.kept_.push_back(i);
    csv.names_.push_back(title);
    const int known = ColumnOf(NormalName(title));
    if (known < 0) {
      if (!title.empty()) csv.ignored_.push_back(title);
      continue;
    }
    int& position = csv.position_[static_cast<size_t>(known)];
    if (position >= 0) {
      return WrongHeader(
          fmt::format("the column {} appears twice", kKnown[static_cast<size_t>(known)].name));
    }
    position = i;
    csv.titles_[static_cast<size_t>(known)] = title;
  }
  ZT_RETURN_IF_ERROR(csv.CheckHeader());
  return csv;
}

absl::Status DeviceCsv::CheckHeader() const {
  const auto has = [&](Column column) { return Has(column); };
  if (has(Column::kModemId) != has(Column::kModemType)) {
    return WrongHeader(
        "the columns modemtype and modemid must be used together; call a column of IMEIs imei");
  }
  if (has(Column::kModemId2) != has(Column::kModemType2)) {
    return WrongHeader("the columns modemtype2 and modemid2 must be used together");
  }
  if (!std::any_of(std::begin(kIdentifiers), std::end(kIdentifiers), has)) {
    return WrongHeader("the column modemid, imei, meid, serial or deviceid is missing");
  }
  return absl::OkStatus();
}

bool DeviceCsv::Has(Column column) const {
  return position_[static_cast<size_t>(column)] >= 0 ||
         (column == Column::kDeviceId && result_id_ >= 0);
}

std::string_view DeviceCsv::TitleOf(Column column) const {
  const std::string& title = titles_[static_cast<size_t>(column)];
  return title.empty() ? kKnown[static_cast<size_t>(column)].name : std::string_view(title);
}

absl::Status DeviceCsv::CheckOwners(int64_t default_customer) const {
  if (Has(Column::kOwner) || default_customer != 0) return absl::OkStatus();
  return WrongHeader("the column owner is missing; add it, or give one owner by --customer");
}

std::vector<std::string> DeviceCsv::InputOf(const CsvRecord& row) const {
  std::vector<std::string> input;
  input.reserve(kept_.size() + std::size(kResultColumns));
  for (const int position : kept_) {
    const bool is_there = position < static_cast<int>(row.fields.size());
    input.push_back(is_there ? row.fields[static_cast<size_t>(position)] : std::string());
  }
  return input;
}

std::string_view DeviceCsv::Get(const CsvRecord& row, Column column) const {
  return CellOf(row, position_[static_cast<size_t>(column)]);
}

absl::Status DeviceCsv::Check(const CsvRecord& row) const {
  if (!row.problem.empty()) return Wrong(row.problem);
  if (row.fields.size() > width_ && WidthOf(row.fields) > width_) {
    return Wrong(
        fmt::format("the row has {} fields, the header has {}", WidthOf(row.fields), width_));
  }
  for (size_t i = 0; i < kColumns; ++i) {
    const Column column = static_cast<Column>(i);
    const std::string problem = CellProblem(Get(row, column), kKnown[i].kind);
    if (!problem.empty()) return Wrong(fmt::format("{} {}", TitleOf(column), problem));
  }
  return absl::OkStatus();
}

absl::Status DeviceCsv::ReadModem(const CsvRecord& row, Column type_column, Column id_column,
                                  api::DeviceIdentifier& identifier) const {
  const std::string_view id = Get(row, id_column);
  if (id.empty()) return absl::OkStatus();
  // A column imei or meid is its own type.
  const std::string type =
      type_column == id_column
          ? std::string(kKnown[static_cast<size_t>(id_column)].name.substr(0, 4))
          : AsciiLower(Get(row, type_column));
  if (type != "imei" && type != "meid") {
    return Wrong(fmt::format("invalid {}: use IMEI or MEID", TitleOf(type_column)));
  }
  const bool is_imei = type == "imei";
  std::string& first = is_imei ? *identifier.mutable_imei() : *identifier.mutable_meid();
  if (first.empty() || first == id) {
    first = id;
    return absl::OkStatus();
  }
  std::string& second = is_imei ? *identifier.mutable_imei2() : *identifier.mutable_meid2();
  if (!second.empty() && second != id) {
    return Wrong(fmt::format("the row has more than two {}s", AsciiUpper(type)));
  }
  second = id;
  return absl::OkStatus();
}

absl::Status DeviceCsv::ReadIdentifier(const CsvRecord& row,
                                       api::DeviceIdentifier& identifier) const {
  ZT_RETURN_IF_ERROR(ReadModem(row, Column::kModemType, Column::kModemId, identifier));
  ZT_RETURN_IF_ERROR(ReadModem(row, Column::kModemType2, Column::kModemId2, identifier));
  for (const Column column : {Column::kImei, Column::kImei2, Column::kMeid, Column::kMeid2}) {
    ZT_RETURN_IF_ERROR(ReadModem(row, column, column, identifier));
  }
  const auto set = [&](Column column, std::string* (api::DeviceIdentifier::*text)()) {
    const std::string_view value = Get(row, column);
    if (!value.empty()) (identifier.*text)()->assign(value);
  };
  set(Column::kSerial, &api::DeviceIdentifier::mutable_serial_number);
  set(Column::kModel, &api::DeviceIdentifier::mutable_model);
  set(Column::kManufacturer, &api::DeviceIdentifier::mutable_manufacturer);
  return absl::OkStatus();
}

absl::StatusOr<int64_t> DeviceCsv::NumberOf(const CsvRecord& row, Column column,
                                            std::string_view what) const {
  std::string_view text = Get(row, column);
  if (text.empty()) return 0;
  // The name of a configuration ends in its id.
  if (column == Column::kProfileId) text.remove_prefix(text.rfind('/') + 1);
  int64_t number = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || stop != text.data() + text.size() || number <= 0) {
    return Wrong(fmt::format("invalid {}: use {}, a positive number", TitleOf(column), what));
  }
  return number;
}

absl::StatusOr<int64_t> DeviceCsv::OwnerOf(const CsvRecord& row) const {
  return NumberOf(row, Column::kOwner, "a customer id");
}

absl::StatusOr<int64_t> DeviceCsv::ConfigurationOf(const CsvRecord& row) const {
  return NumberOf(row, Column::kProfileId, "the id of a configuration");
}

absl::StatusOr<int64_t> DeviceCsv::DeviceIdOf(const CsvRecord& row) const {
  ZT_ASSIGN_OR_RETURN(const int64_t own, NumberOf(row, Column::kDeviceId, "a device id"));
  const std::string_view text = CellOf(row, result_id_);
  if (text.empty()) return own;
  int64_t earlier = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), earlier);
  if (error != std::errc() || stop != text.data() + text.size() || earlier <= 0) {
    const std::string problem = CellProblem(text, CellKind::kNumber);
    return Wrong(problem.empty() ? "invalid deviceId: use a device id, a positive number"
                                 : fmt::format("deviceId {}", problem));
  }
  if (own != 0 && own != earlier) return Wrong("the row has two different device ids");
  return earlier;
}

absl::StatusOr<api::SectionType> DeviceCsv::SectionOf(const CsvRecord& row,
                                                      api::SectionType otherwise) const {
  const std::string profile = AsciiLower(Get(row, Column::kProfileType));
  if (profile == "zero_touch") return api::SECTION_TYPE_ZERO_TOUCH;
  if (profile == "sim_lock") return api::SECTION_TYPE_SIM_LOCK;
  if (!profile.empty()) {
    return Wrong(
        fmt::format("invalid {}: use ZERO_TOUCH or SIM_LOCK", TitleOf(Column::kProfileType)));
  }
  return otherwise == api::SECTION_TYPE_UNSPECIFIED ? api::SECTION_TYPE_ZERO_TOUCH : otherwise;
}

void DeviceCsv::ReadMetadata(const CsvRecord& row, api::DeviceMetadata& metadata) const {
  for (const Column column : {Column::kPhoneNumber, Column::kOrderNumber}) {
    const std::string_view value = Get(row, column);
    if (value.empty()) continue;
    const std::string_view key = kKnown[static_cast<size_t>(column)].name;
    (*metadata.mutable_entries())[std::string(key)] = std::string(value);
  }
}

absl::StatusOr<api::PartnerClaim> DeviceCsv::ClaimOf(const CsvRecord& row,
                                                     const api::PartnerClaim& defaults) const {
  ZT_RETURN_IF_ERROR(Check(row));
  api::PartnerClaim claim = defaults;
  ZT_RETURN_IF_ERROR(ReadIdentifier(row, *claim.mutable_device_identifier()));
  ZT_ASSIGN_OR_RETURN(const api::SectionType section, SectionOf(row, defaults.section_type()));
  claim.set_section_type(section);
  ZT_ASSIGN_OR_RETURN(const int64_t owner, OwnerOf(row));
  if (owner != 0) claim.set_customer_id(owner);
  if (claim.customer_id() == 0 && claim.google_workspace_customer_id().empty()) {
    return Wrong("the owner is missing; give a customer id, or use --customer");
  }
  ZT_ASSIGN_OR_RETURN(const int64_t configuration, ConfigurationOf(row));
  if (configuration != 0) claim.set_configuration_id(configuration);
  api::DeviceMetadata metadata;
  ReadMetadata(row, metadata);
  if (metadata.entries_size() > 0) claim.mutable_device_metadata()->MergeFrom(metadata);
  return claim;
}

absl::StatusOr<api::PartnerUnclaim> DeviceCsv::UnclaimOf(
    const CsvRecord& row, const api::PartnerUnclaim& defaults) const {
  ZT_ASSIGN_OR_RETURN(const api::DeviceReference device, DeviceOf(row));
  api::PartnerUnclaim unclaim = defaults;
  if (device.has_device_id()) {
    unclaim.set_device_id(device.device_id());
  } else {
    *unclaim.mutable_device_identifier() = device.device_identifier();
  }
  ZT_ASSIGN_OR_RETURN(const api::SectionType section, SectionOf(row, defaults.section_type()));
  unclaim.set_section_type(section);
  return unclaim;
}

absl::StatusOr<api::UpdateMetadataArguments> DeviceCsv::MetadataOf(
    const CsvRecord& row, const api::UpdateMetadataArguments& defaults) const {
  ZT_ASSIGN_OR_RETURN(const api::DeviceReference device, DeviceOf(row));
  api::UpdateMetadataArguments update = defaults;
  if (device.has_device_id()) {
    update.set_device_id(device.device_id());
  } else {
    *update.mutable_device_identifier() = device.device_identifier();
  }
  ReadMetadata(row, *update.mutable_device_metadata());
  if (update.device_metadata().entries_size() == 0) {
    return Wrong("the row has no metadata; fill in phonenumber or ordernumber");
  }
  return update;
}

absl::StatusOr<api::DeviceReference> DeviceCsv::DeviceOf(const CsvRecord& row) const {
  ZT_RETURN_IF_ERROR(Check(row));
  api::DeviceReference device;
  ZT_ASSIGN_OR_RETURN(const int64_t id, DeviceIdOf(row));
  if (id != 0) {
    device.set_device_id(id);
    return device;
  }
  ZT_RETURN_IF_ERROR(ReadIdentifier(row, *device.mutable_device_identifier()));
  return device;
}

}  // namespace zerotouch::csv
