// SPDX-License-Identifier: Apache-2.0
// admin devices: the operator's hand on any reseller's devices.

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_replace.h"
#include "base/status_macros.h"
#include "base/status_text.h"
#include "batch/operator_devices.h"
#include "devices_csv/device_file.h"
#include "model/resource_name.h"
#include "zerotouchd/admin_command.h"

namespace zerotouch::daemon {
namespace {

// Rows that are unclaimed in one transaction: a few milliseconds of writing.
constexpr size_t kRowsAtOnce = 200;

constexpr char kNoDevice[] =
    "no device; give --imei, --meid, --device-id, or --serial with --manufacturer and --model, or "
    "many by --csv FILE";

RegistryRules RulesFor(const Settings& settings) {
  RegistryRules rules;
  rules.identity.lenient = settings.lenient_identifiers;
  return rules;
}

absl::StatusOr<api::SectionType> SectionTypeOf(const AdminFlags& flags) {
  const std::string upper = absl::AsciiStrToUpper(absl::StrReplaceAll(flags.section, {{"-", "_"}}));
  constexpr std::string_view kPrefix = "SECTION_TYPE_";
  std::string_view name = upper;
  if (name.starts_with(kPrefix)) name.remove_prefix(kPrefix.size());
  if (name == "ZERO_TOUCH") return api::SECTION_TYPE_ZERO_TOUCH;
  if (name == "SIM_LOCK") return api::SECTION_TYPE_SIM_LOCK;
  return absl::InvalidArgumentError(
      fmt::format("Invalid --section-type \"{}\": use ZERO_TOUCH or SIM_LOCK", flags.section));
}

// Returns the device of the flags.
absl::StatusOr<api::DeviceReference> DeviceOf(const AdminFlags& flags) {
  api::DeviceReference device;
  const bool has_identifier = !flags.imei.empty() || !flags.meid.empty() || !flags.serial.empty() ||
                              !flags.manufacturer.empty() || !flags.model.empty();
  if (flags.device_id != 0 && has_identifier) {
    return absl::InvalidArgumentError("give --device-id or identifiers of the device, not both");
  }
  if (flags.device_id != 0) {
    device.set_device_id(flags.device_id);
    return device;
  }
  if (!has_identifier) return absl::InvalidArgumentError(kNoDevice);
  api::DeviceIdentifier& identifier = *device.mutable_device_identifier();
  identifier.set_imei(flags.imei);
  identifier.set_meid(flags.meid);
  identifier.set_serial_number(flags.serial);
  identifier.set_manufacturer(flags.manufacturer);
  identifier.set_model(flags.model);
  return device;
}

// A device to be looked up or unclaimed.
struct Row {
  std::vector<std::string> input;  // the columns of the file
  api::DeviceReference device;
  api::PartnerUnclaim unclaim;
  CustomerId owner;
  std::string problem;  // why it cannot be run; empty: it can
};

// The devices of the flags or of the file.
struct Rows {
  std::vector<std::string> names;  // of the columns of the file
  std::vector<Row> rows;
};

absl::StatusOr<std::string> ReadRowsFile(const std::string& path) {
  std::ifstream file;
  if (path != "-") {
    file.open(path, std::ios::binary);
    if (!file) {
      return absl::InvalidArgumentError(fmt::format("cannot read {}; give a CSV file", path));
    }
  }
  std::istream& from = path == "-" ? std::cin : file;
  return std::string(std::istreambuf_iterator<char>(from), {});
}

Row RowOf(const csv::DeviceCsv& columns, const csv::CsvRecord& record,
          const api::PartnerUnclaim& defaults) {
  Row row{
      .input = columns.InputOf(record), .device = {}, .unclaim = {}, .owner = {}, .problem = ""};
  absl::StatusOr<api::DeviceReference> device = columns.DeviceOf(record);
  absl::StatusOr<api::PartnerUnclaim> unclaim = columns.UnclaimOf(record, defaults);
  const absl::StatusOr<int64_t> owner = columns.OwnerOf(record);
  for (const absl::Status& status : {device.status(), unclaim.status(), owner.status()}) {
    if (!status.ok() && row.problem.empty()) row.problem = MessageOf(status);
  }
  if (!row.problem.empty()) return row;
  row.device = *std::move(device);
  row.unclaim = *std::move(unclaim);
  row.owner = CustomerId(*owner);
  return row;
}

absl::StatusOr<Rows> RowsOfFile(const std::string& path, const api::PartnerUnclaim& defaults) {
  ZT_ASSIGN_OR_RETURN(std::string bytes, ReadRowsFile(path));
  absl::StatusOr<csv::DeviceFile> file = csv::DeviceFile::Open(std::move(bytes));
  if (!file.ok()) return WithContext(file.status(), path);
  Rows rows;
  rows.names = file->columns().names();
  for (csv::CsvRecord record; file->Next(record);) {
    rows.rows.push_back(RowOf(file->columns(), record, defaults));
  }
  return rows;
}

absl::StatusOr<Rows> RowsOf(const AdminFlags& flags) {
  api::PartnerUnclaim defaults;
  ZT_ASSIGN_OR_RETURN(const api::SectionType section, SectionTypeOf(flags));
  defaults.set_section_type(section);
  if (!flags.csv.empty()) return RowsOfFile(flags.csv, defaults);
  Row row;
  ZT_ASSIGN_OR_RETURN(row.device, DeviceOf(flags));
  row.unclaim = defaults;
  if (row.device.has_device_id()) {
    row.unclaim.set_device_id(row.device.device_id());
  } else {
    *row.unclaim.mutable_device_identifier() = row.device.device_identifier();
  }
  Rows rows;
  rows.rows.push_back(std::move(row));
  return rows;
}

// Prints the columns in the format of --format, which may be csv here.
void PrintRows(const AdminFlags& flags, const std::vector<Table::Column>& columns,
               const std::vector<std::vector<std::string>>& rows) {
  if (flags.format != "csv") {
    Table table(columns);
    for (const std::vector<std::string>& row : rows) {
      table.Add(std::vector<Cell>(row.begin(), row.end()));
    }
    Print(flags, table);
    return;
  }
  std::string text;
  std::vector<std::string> names;
  for (const Table::Column& column : columns) names.emplace_back(column.name);
  csv::AppendCsvRow(names, text);
  for (std::vector<std::string> row : rows) {
    // A spreadsheet must not run what a reseller stated.
    for (std::string& cell : row) cell = csv::MarkedCell(cell);
    csv::AppendCsvRow(row, text);
  }
  fmt::print("{}", text);
}

std::string IdText(int64_t id) { return id == 0 ? "" : fmt::format("{}", id); }

// Adds a row for each section of the device.
void AddSections(const DeviceState& device, std::vector<std::vector<std::string>>& rows) {
  for (const Section section : {Section::kZeroTouch, Section::kSimLock}) {
    const std::optional<Claim>& claim = device.ClaimIn(section);
    if (!claim.has_value()) continue;
    api::DeviceIdentifier stated;
    if (const Statement* const own = device.StatementOf(claim->reseller)) stated = own->identifier;
    rows.push_back({IdText(device.id.value()),
                    section == Section::kZeroTouch ? "ZERO_TOUCH" : "SIM_LOCK",
                    claim->held ? "CLAIMED" : "GIVEN_UP", IdText(claim->reseller.value()),
                    IdText(claim->owner.value()), IdText(claim->configuration.value()),
                    stated.imei(), stated.imei2(), stated.meid(), stated.serial_number(),
                    stated.manufacturer(), stated.model()});
  }
}

absl::Status GetDevices(const Settings& settings, const AdminFlags& flags) {
  ZT_ASSIGN_OR_RETURN(const Rows rows, RowsOf(flags));
  std::vector<std::vector<std::string>> found;
  size_t missing = 0;
  std::string reason;
  ZT_RETURN_IF_ERROR(View(settings, [&](store::Snapshot& snapshot) -> absl::Status {
    for (const Row& row : rows.rows) {
      std::optional<Outcome> outcome;
      std::vector<DeviceState> devices;
      if (row.problem.empty()) {
        ZT_ASSIGN_OR_RETURN(
            devices, batch::FindForOperator(snapshot, row.device, RulesFor(settings), outcome));
      }
      if (devices.empty()) {
        ++missing;
        reason = outcome.has_value() ? std::string(MessageOf(StatusOf(*outcome))) : row.problem;
      }
      for (const DeviceState& device : devices) AddSections(device, found);
    }
    return absl::OkStatus();
  }));
  PrintRows(flags,
            {{"DEVICE", "deviceId"},
             {"SECTION", "sectionType"},
             {"STATE", "state"},
             {"PARTNER", "partnerId"},
             {"CUSTOMER", "ownerCompanyId"},
             {"CONFIGURATION", "configurationId"},
             {"IMEI", "imei"},
             {"IMEI2", "imei2"},
             {"MEID", "meid"},
             {"SERIAL", "serialNumber"},
             {"MANUFACTURER", "manufacturer"},
             {"MODEL", "model"}},
            found);
  if (missing == 0) return absl::OkStatus();
  return absl::NotFoundError(
      rows.rows.size() == 1
          ? reason
          : fmt::format("{} of {} devices were not found: {}", missing, rows.rows.size(), reason));
}

// The result of a row, as in the results of a batch.
struct RowResult {
  std::string status = "SINGLE_DEVICE_STATUS_OTHER_ERROR";
  std::string device_id, error_identifier, error_message;
};

RowResult ResultOf(const ItemResult& result) {
  api::PerDeviceStatusInBatch status;
  FillResult(result, &status);
  return {.status = api::SingleDeviceStatus_Name(status.status()),
          .device_id = IdText(status.device_id()),
          .error_identifier = status.error_identifier(),
          .error_message = status.error_message()};
}

absl::Status UnclaimRows(const Settings& settings, std::span<const Row> rows,
                         std::vector<RowResult>& results) {
  std::vector<RowResult> chunk;
  ZT_RETURN_IF_ERROR(Change(settings, [&](store::Transaction& tx) -> absl::Status {
    chunk.clear();
    for (const Row& row : rows) {
      if (!row.problem.empty()) {
        chunk.push_back({.device_id = "", .error_identifier = "", .error_message = row.problem});
        continue;
      }
      ZT_ASSIGN_OR_RETURN(
          const ItemResult result,
          batch::UnclaimForOperator(tx, row.unclaim, row.owner, RulesFor(settings), absl::Now()));
      chunk.push_back(ResultOf(result));
    }
    return absl::OkStatus();
  }));
  results.insert(results.end(), chunk.begin(), chunk.end());
  return absl::OkStatus();
}

absl::Status UnclaimDevices(const Settings& settings, const AdminFlags& flags) {
  ZT_ASSIGN_OR_RETURN(const Rows rows, RowsOf(flags));
  std::vector<RowResult> results;
  absl::Status status;
  for (size_t at = 0; at < rows.rows.size() && status.ok(); at += kRowsAtOnce) {
    const size_t count = std::min(kRowsAtOnce, rows.rows.size() - at);
    status = UnclaimRows(settings, std::span(rows.rows).subspan(at, count), results);
  }
  std::vector<Table::Column> columns;
  for (const std::string& name : rows.names) columns.push_back({name.c_str(), name.c_str()});
  for (const char* name : csv::kResultColumns) columns.push_back({name, name});
  std::vector<std::vector<std::string>> lines;
  size_t failed = 0;
  for (size_t i = 0; i < results.size(); ++i) {
    const RowResult& result = results[i];
    failed += result.status == "SINGLE_DEVICE_STATUS_SUCCESS" ? 0 : 1;
    lines.push_back(rows.rows[i].input);
    lines.back().insert(lines.back().end(), {result.status, result.device_id,
                                             result.error_identifier, result.error_message});
  }
  PrintRows(flags, columns, lines);
  if (!status.ok()) return status;
  if (failed == 0) return absl::OkStatus();
  return absl::FailedPreconditionError(
      fmt::format("{} of {} devices were not unclaimed", failed, results.size()));
}

void AddDeviceFlags(CLI::App& command, AdminFlags& flags) {
  command.add_option("--imei", flags.imei, "IMEI of the device")->type_name("IMEI");
  command.add_option("--meid", flags.meid, "MEID of the device")->type_name("MEID");
  command.add_option("--serial", flags.serial, "Serial number of the device")->type_name("TEXT");
  command.add_option("--manufacturer", flags.manufacturer, "Manufacturer, with --serial")
      ->type_name("TEXT");
  command.add_option("--model", flags.model, "Model, with --serial")->type_name("TEXT");
  command.add_option("--device-id", flags.device_id, "Id of the device's record")
      ->type_name("ID")
      ->check(CLI::PositiveNumber);
  command.add_option("--csv", flags.csv, "Many devices: a file, or - for standard input")
      ->type_name("FILE");
  command
      .add_option("--section-type", flags.section, "ZERO_TOUCH or SIM_LOCK (default: ZERO_TOUCH)")
      ->type_name("SECTION");
  command
      .add_option("--format", flags.format, "Output format: table, json or csv (default: table)")
      ->type_name("FORMAT")
      ->check(CLI::IsMember({"table", "json", "csv"}));
}

}  // namespace

void AddDeviceCommands(CLI::App& app, AdminAction& action) {
  AdminGroup group(app, "devices", "Devices of every reseller", action);
  AddDeviceFlags(
      group.Add("get", "Show devices, their claims and what their resellers stated", GetDevices),
      group.flags());
  AddDeviceFlags(group.Add("unclaim", "Unclaim devices of any reseller", UnclaimDevices),
                 group.flags());
}

}  // namespace zerotouch::daemon
