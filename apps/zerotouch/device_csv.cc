// SPDX-License-Identifier: Apache-2.0
#include "zerotouch/device_csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>

#include "base/ascii.h"
#include "base/status_macros.h"
#include "base/utf8.h"

namespace zerotouch::cli {
namespace {

constexpr std::string_view kNames[kColumns] = {
    "modemtype",    "modemid",     "modemtype2", "modemid2",    "serial",     "model",
    "manufacturer", "profiletype", "owner",      "phonenumber", "ordernumber"};

constexpr char kHint[] =
    "the first row must name the columns: "
    "modemtype,modemid,serial,model,manufacturer,profiletype,owner";

std::string_view Trim(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

bool IsResultColumn(const std::string& name) {
  return std::any_of(std::begin(kResultColumns), std::end(kResultColumns),
                     [&](const char* column) { return AsciiLower(column) == name; });
}

absl::Status Wrong(std::string_view what) { return absl::InvalidArgumentError(std::string(what)); }

absl::Status WrongHeader(std::string_view what) {
  return absl::InvalidArgumentError(fmt::format("{}; {}", what, kHint));
}

}  // namespace

std::string_view NameOf(Action action) { return action == Action::kClaim ? "claim" : "unclaim"; }

absl::StatusOr<DeviceCsv> DeviceCsv::Open(const CsvRecord& header, Action action,
                                          int64_t default_customer) {
  if (!header.problem.empty()) return WrongHeader(header.problem);
  DeviceCsv csv;
  csv.width_ = header.fields.size();
  csv.default_customer_ = default_customer;
  csv.position_.fill(-1);
  for (int i = 0; i < static_cast<int>(header.fields.size()); ++i) {
    const std::string name = AsciiLower(Trim(header.fields[i]));
    if (IsResultColumn(name)) continue;
    csv.kept_.push_back(i);
    csv.names_.emplace_back(Trim(header.fields[i]));
    const auto known = std::find(std::begin(kNames), std::end(kNames), name);
    if (known == std::end(kNames)) {
      csv.ignored_.push_back(csv.names_.back());
      continue;
    }
    int& position = csv.position_[known - std::begin(kNames)];
    if (position >= 0) return WrongHeader(fmt::format("the column {} appears twice", name));
    position = i;
  }
  const auto has = [&](Column column) { return csv.position_[static_cast<size_t>(column)] >= 0; };
  if (!has(Column::kModemId) && !has(Column::kSerial)) {
    if (header.fields.size() == 1 && header.fields[0].find(';') != std::string::npos) {
      return WrongHeader("the columns are separated by semicolons; save the file with commas");
    }
    return WrongHeader("the column modemid or serial is missing");
  }
  if (has(Column::kModemId) != has(Column::kModemType)) {
    return WrongHeader("the columns modemtype and modemid must be used together");
  }
  if (has(Column::kModemId2) != has(Column::kModemType2)) {
    return WrongHeader("the columns modemtype2 and modemid2 must be used together");
  }
  if (action == Action::kClaim && !has(Column::kOwner) && default_customer == 0) {
    return WrongHeader("the column owner is missing; add it, or give one owner by --customer");
  }
  return csv;
}

std::vector<std::string> DeviceCsv::InputOf(const CsvRecord& row) const {
  std::vector<std::string> input;
  input.reserve(kept_.size() + std::size(kResultColumns));
  for (const int position : kept_) {
    const bool is_there = position < static_cast<int>(row.fields.size());
    input.push_back(is_there ? row.fields[position] : std::string());
  }
  return input;
}

std::string_view DeviceCsv::Get(const CsvRecord& row, Column column) const {
  const int position = position_[static_cast<size_t>(column)];
  return position < 0 ? std::string_view() : Trim(UnmarkedCell(Trim(row.fields[position])));
}

absl::Status DeviceCsv::Check(const CsvRecord& row) const {
  if (!row.problem.empty()) return Wrong(row.problem);
  if (row.fields.size() != width_) {
    return Wrong(
        fmt::format("the row has {} fields, the header has {}", row.fields.size(), width_));
  }
  for (const std::string& field : row.fields) {
    if (utf8::ValidBytes(field) != field.size()) {
      return Wrong("the row is not UTF-8; save the file as CSV UTF-8");
    }
  }
  const std::string profile = AsciiLower(Get(row, Column::kProfileType));
  if (!profile.empty() && profile != "zero_touch") {
    return Wrong("invalid profiletype: use ZERO_TOUCH");
  }
  return absl::OkStatus();
}

absl::Status DeviceCsv::ReadModem(const CsvRecord& row, Column type_column, Column id_column,
                                  api::DeviceIdentifier& identifier) const {
  const std::string id(Get(row, id_column));
  const std::string type = AsciiLower(Get(row, type_column));
  if (id.empty()) return absl::OkStatus();
  if (type == "imei") {
    *(identifier.imei().empty() ? identifier.mutable_imei() : identifier.mutable_imei2()) = id;
    return absl::OkStatus();
  }
  if (type == "meid") {
    *(identifier.meid().empty() ? identifier.mutable_meid() : identifier.mutable_meid2()) = id;
    return absl::OkStatus();
  }
  return Wrong(
      fmt::format("invalid {}: use IMEI or MEID", kNames[static_cast<size_t>(type_column)]));
}

absl::Status DeviceCsv::ReadIdentifier(const CsvRecord& row,
                                       api::DeviceIdentifier& identifier) const {
  ZT_RETURN_IF_ERROR(ReadModem(row, Column::kModemType, Column::kModemId, identifier));
  ZT_RETURN_IF_ERROR(ReadModem(row, Column::kModemType2, Column::kModemId2, identifier));
  const auto set = [&](Column column, std::string* (api::DeviceIdentifier::*text)()) {
    const std::string_view value = Get(row, column);
    if (!value.empty()) (identifier.*text)()->assign(value);
  };
  set(Column::kSerial, &api::DeviceIdentifier::mutable_serial_number);
  set(Column::kModel, &api::DeviceIdentifier::mutable_model);
  set(Column::kManufacturer, &api::DeviceIdentifier::mutable_manufacturer);
  return absl::OkStatus();
}

absl::StatusOr<int64_t> DeviceCsv::OwnerOf(const CsvRecord& row) const {
  const std::string_view text = Get(row, Column::kOwner);
  if (text.empty()) {
    if (default_customer_ != 0) return default_customer_;
    return Wrong("the owner is missing; give a customer id, or use --customer");
  }
  int64_t owner = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), owner);
  if (error != std::errc() || stop != text.data() + text.size() || owner <= 0) {
    return Wrong("invalid owner: use a customer id, a positive number");
  }
  return owner;
}

absl::StatusOr<api::PartnerClaim> DeviceCsv::ClaimOf(const CsvRecord& row) const {
  ZT_RETURN_IF_ERROR(Check(row));
  api::PartnerClaim claim;
  claim.set_section_type(api::SECTION_TYPE_ZERO_TOUCH);
  ZT_RETURN_IF_ERROR(ReadIdentifier(row, *claim.mutable_device_identifier()));
  ZT_ASSIGN_OR_RETURN(const int64_t owner, OwnerOf(row));
  claim.set_customer_id(owner);
  for (const Column key : {Column::kPhoneNumber, Column::kOrderNumber}) {
    const std::string_view value = Get(row, key);
    if (value.empty()) continue;
    auto& entries = *claim.mutable_device_metadata()->mutable_entries();
    entries[std::string(kNames[static_cast<size_t>(key)])] = std::string(value);
  }
  return claim;
}

absl::StatusOr<api::PartnerUnclaim> DeviceCsv::UnclaimOf(const CsvRecord& row) const {
  ZT_RETURN_IF_ERROR(Check(row));
  api::PartnerUnclaim unclaim;
  unclaim.set_section_type(api::SECTION_TYPE_ZERO_TOUCH);
  ZT_RETURN_IF_ERROR(ReadIdentifier(row, *unclaim.mutable_device_identifier()));
  return unclaim;
}

}  // namespace zerotouch::cli
