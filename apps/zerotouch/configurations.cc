// SPDX-License-Identifier: Apache-2.0
#include "zerotouch/configurations.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/json_string.h"
#include "base/status_macros.h"
#include "base/status_text.h"
#include "devices_csv/csv.h"
#include "google/protobuf/descriptor.h"
#include "model/dpc_extras.h"
#include "zerotouch/configuration_changes.h"
#include "zerotouch/input_file.h"
#include "zerotouch/message_flags.h"
#include "zerotouch/method_call.h"
#include "zerotouch/operations.h"
#include "zerotouch/output.h"

namespace zerotouch::cli {
namespace {

using google::protobuf::FieldDescriptor;

#define ZT_SERVICE "google.android.device.provisioning.v1.CustomerService."

// Reads a configuration from the flags and --data.
absl::Status ReadConfiguration(const Invocation& invocation, api::Configuration& configuration) {
  ZT_RETURN_IF_ERROR(FillMessage(invocation, "", configuration));
  configuration.set_dpc_resource_path(
      DpcName(configuration.dpc_resource_path(), invocation.as_customer));
  return absl::OkStatus();
}

// A warning about the dpcExtras of a configuration.
struct NamedWarning {
  std::string configuration;  // its name; empty if it has none
  ExtrasWarning warning;
};

std::vector<NamedWarning> Lint(const std::string& name, const std::string& extras) {
  std::vector<NamedWarning> warnings;
  for (ExtrasWarning& warning : LintDpcExtras(extras)) {
    warnings.push_back({.configuration = name, .warning = std::move(warning)});
  }
  return warnings;
}

// Prints the warnings about a configuration that is sent anyway.
void Warn(const api::Configuration& configuration) {
  for (const NamedWarning& found :
       Lint(configuration.configuration_name(), configuration.dpc_extras())) {
    PrintError(fmt::format("warning: dpcExtras{}{}: {}", found.warning.member.empty() ? "" : " ",
                           found.warning.member, found.warning.text));
  }
}

// Returns the warnings about a file: a list of configurations, one, or dpcExtras alone.
std::vector<NamedWarning> LintFile(const std::string& text) {
  api::CustomerListConfigurationsResponse list;
  if (ParseJson(text, "", list).ok() && list.configurations_size() > 0) {
    std::vector<NamedWarning> all;
    for (const api::Configuration& one : list.configurations()) {
      for (NamedWarning& found : Lint(one.configuration_name(), one.dpc_extras())) {
        all.push_back(std::move(found));
      }
    }
    return all;
  }
  api::Configuration one;
  if (ParseJson(text, "", one).ok() && !one.dpc_extras().empty()) {
    return Lint(one.configuration_name(), one.dpc_extras());
  }
  return Lint("", text);
}

std::string WarningsJson(const std::vector<NamedWarning>& warnings) {
  std::string json = "{\"warnings\":[";
  const char* comma = "";
  for (const auto& [configuration, warning] : warnings) {
    json += fmt::format("{}\n{{\"configurationName\":", std::exchange(comma, ","));
    AppendJsonString(configuration, json);
    json += ",\"member\":";
    AppendJsonString(warning.member, json);
    json += ",\"text\":";
    AppendJsonString(warning.text, json);
    json += '}';
  }
  return json + (warnings.empty() ? "]}\n" : "\n]}\n");
}

std::string WarningsText(const std::vector<NamedWarning>& warnings, Format format) {
  if (format == Format::kJson) return WarningsJson(warnings);
  std::string text;
  if (format == Format::kCsv) csv::AppendCsvRow({"configurationName", "member", "text"}, text);
  for (const auto& [configuration, warning] : warnings) {
    if (format == Format::kCsv) {
      csv::AppendCsvRow({csv::MarkedCell(configuration), csv::MarkedCell(warning.member),
                         csv::MarkedCell(warning.text)},
                        text);
    } else {
      const std::string member = warning.member.empty() ? "dpcExtras" : warning.member;
      text += LinesText(
          {{configuration.empty() ? member : fmt::format("{}: {}", configuration, member), ""},
           {" ", warning.text}});
    }
  }
  return text.empty() ? "no warnings\n" : text;
}

// Adds the fields that are named, by either of their names, to the mask.
absl::Status AddToMask(const std::string& name, std::set<std::string>& mask) {
  const auto& type = *api::Configuration::descriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (name != field.name() && name != field.json_name()) continue;
    mask.insert(field.name());
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      fmt::format("Invalid --update-mask: a configuration has no field \"{}\"", name));
}

// Returns the fields to change: those of --update-mask, or else those that flags and --data
// give.
absl::StatusOr<std::set<std::string>> MaskOf(const Invocation& invocation) {
  std::set<std::string> mask;
  if (invocation.Has("update-mask")) {
    std::string rest = invocation.Get("update-mask");
    while (!rest.empty()) {
      const size_t comma = std::min(rest.find(','), rest.size());
      ZT_RETURN_IF_ERROR(AddToMask(rest.substr(0, comma), mask));
      rest.erase(0, comma + 1);
    }
    return mask;
  }
  for (const Flag& flag : invocation.command->flags) {
    if (!flag.field.empty() && invocation.Has(flag.first_name())) {
      mask.insert(std::string(flag.field));
    }
  }
  if (!invocation.Has("data")) return mask;
  ZT_ASSIGN_OR_RETURN(const std::string json, TextOrFile(invocation.Get("data")));
  simdjson::dom::parser parser;
  simdjson::dom::object object;
  if (parser.parse(json).get(object) != simdjson::SUCCESS) {
    return absl::InvalidArgumentError("--data: not a JSON object");
  }
  for (const auto& [key, value] : object) {
    if (key == "name" || key == "configurationId" || key == "configuration_id") continue;
    ZT_RETURN_IF_ERROR(AddToMask(std::string(key), mask));
  }
  return mask;
}

absl::Status Update(client::Client& client, const std::string& name,
                    const api::Configuration& configuration, const std::set<std::string>& mask,
                    api::Configuration& answer) {
  api::UpdateConfigurationRequest request;
  *request.mutable_configuration() = configuration;
  request.mutable_configuration()->set_name(name);
  for (const std::string& field : mask) request.mutable_update_mask()->add_paths(field);
  return client.CallMethod(MethodNamed(ZT_SERVICE "UpdateConfiguration"), request, answer);
}

absl::Status Make(client::Client& client, const std::string& parent,
                  const ConfigurationChange& change) {
  api::Configuration answer;
  switch (change.kind) {
    case ConfigurationChange::Kind::kCreate: {
      api::CreateConfigurationRequest request;
      request.set_parent(parent);
      *request.mutable_configuration() = change.wanted;
      return client.CallMethod(MethodNamed(ZT_SERVICE "CreateConfiguration"), request, answer);
    }
    case ConfigurationChange::Kind::kUpdate:
      return Update(client, change.current.name(), change.wanted,
                    {change.fields.begin(), change.fields.end()}, answer);
    case ConfigurationChange::Kind::kDelete:
      break;
  }
  api::DeleteConfigurationRequest request;
  request.set_name(change.current.name());
  google::protobuf::Empty empty;
  return client.CallMethod(MethodNamed(ZT_SERVICE "DeleteConfiguration"), request, empty);
}

absl::StatusOr<std::vector<ConfigurationChange>> FindChanges(const Invocation& invocation,
                                                             client::Client& client,
                                                             const std::string& parent) {
  if (!invocation.Has("file")) {
    return absl::InvalidArgumentError("no file; give the JSON of configurations list by -f FILE");
  }
  ZT_ASSIGN_OR_RETURN(std::string json, ReadInputFile(invocation.Get("file")));
  ZT_ASSIGN_OR_RETURN(const std::vector<api::Configuration> wanted,
                      ParseConfigurations(std::move(json), invocation.as_customer));
  api::CustomerListConfigurationsRequest request;
  request.set_parent(parent);
  std::vector<api::Configuration> current;
  ZT_RETURN_IF_ERROR(ForEachPage(client, {.rpc = ZT_SERVICE "ListConfigurations"}, request, 0,
                                 [&](const auto& page) {
                                   for (const google::protobuf::Message* message : page) {
                                     current.push_back(
                                         static_cast<const api::Configuration&>(*message));
                                   }
                                 })
                         .status());
  return ChangesBetween(current, wanted, invocation.Has("prune"));
}

}  // namespace

ExitCode RunConfigurationsLint(const Invocation& invocation) {
  const absl::StatusOr<std::string> text = ReadInputFile(invocation.positionals[0]);
  if (!text.ok()) return Fail(invocation, text.status());
  const std::vector<NamedWarning> warnings = LintFile(*text);
  Print(WarningsText(warnings, invocation.format));
  const absl::Status written = EndOutput();
  if (!written.ok()) return Fail(invocation, written);
  return warnings.empty() ? kDone : kSomeFailed;
}

ExitCode RunConfigurationCreate(const Invocation& invocation) {
  api::CreateConfigurationRequest request;
  absl::Status status = ReadConfiguration(invocation, *request.mutable_configuration());
  if (status.ok()) status = SetTarget(invocation, invocation.command->method, "", request);
  if (!status.ok()) return Fail(invocation, status);
  Warn(request.configuration());
  absl::StatusOr<Connection> connection = ConnectFor(invocation);
  if (!connection.ok()) return Fail(invocation, connection.status());
  status = CallAndPrint(invocation, *connection->client, invocation.command->method, request);
  return status.ok() ? kDone : Fail(invocation, status);
}

ExitCode RunConfigurationUpdate(const Invocation& invocation) {
  api::Configuration configuration;
  absl::Status status = ReadConfiguration(invocation, configuration);
  const absl::StatusOr<std::string> parent = ParentOf(invocation);
  status.Update(parent.status());
  const absl::StatusOr<std::set<std::string>> mask = MaskOf(invocation);
  status.Update(mask.status());
  if (status.ok() && mask->empty()) {
    status =
        absl::InvalidArgumentError("nothing to change; give a field, such as --custom-message");
  }
  if (!status.ok()) return Fail(invocation, status);
  absl::StatusOr<Connection> connection = ConnectFor(invocation);
  if (!connection.ok()) return Fail(invocation, connection.status());
  if (mask->contains("dpc_extras")) Warn(configuration);
  const std::string& id = invocation.positionals[0];
  api::Configuration answer;
  status = Update(
      *connection->client,
      id.find('/') == std::string::npos ? fmt::format("{}/configurations/{}", *parent, id) : id,
      configuration, *mask, answer);
  if (status.ok()) status = PrintMessage(answer, invocation.format);
  return status.ok() ? kDone : Fail(invocation, status);
}

ExitCode RunConfigurationsApply(const Invocation& invocation) {
  const absl::StatusOr<std::string> parent = ParentOf(invocation);
  if (!parent.ok()) return Fail(invocation, parent.status());
  absl::StatusOr<Connection> connection = ConnectFor(invocation);
  if (!connection.ok()) return Fail(invocation, connection.status());
  const auto changes = FindChanges(invocation, *connection->client, *parent);
  if (!changes.ok()) return Fail(invocation, changes.status());
  for (const ConfigurationChange& change : *changes) Warn(change.wanted);
  Print(ChangesText(*changes, invocation.format));
  const absl::Status written = EndOutput();
  if (!written.ok()) return Fail(invocation, written);
  if (invocation.Has("dry-run")) return changes->empty() ? kDone : kSomeFailed;
  ExitCode code = kDone;
  for (const ConfigurationChange& change : *changes) {
    const absl::Status status = Make(*connection->client, *parent, change);
    if (status.ok()) continue;
    code = Fail(invocation, WithContext(status, change.name()));
    // Another one would not be denied, and not reach the server, less.
    if (code != kUsage) break;
  }
  return code;
}

}  // namespace zerotouch::cli
