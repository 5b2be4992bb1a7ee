// SPDX-License-Identifier: Apache-2.0
#include "zerotouch/configuration_changes.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "base/json_string.h"
#include "base/status_macros.h"
#include "base/terminal_text.h"
#include "base/utf8.h"
#include "devices_csv/csv.h"
#include "google/protobuf/descriptor.h"
#include "json/json.h"
#include "zerotouch/message_flags.h"
#include "zerotouch/output.h"

namespace zerotouch::cli {

using google::protobuf::FieldDescriptor;

namespace {

using Change = ConfigurationChange;

// Returns a field's value as people read it; empty if it is not set.
std::string ValueOf(const api::Configuration& configuration, const FieldDescriptor& field) {
  const auto& reflection = *configuration.GetReflection();
  if (!reflection.HasField(configuration, &field)) return "";
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
    return reflection.GetString(configuration, &field);
  }
  api::Configuration one;
  std::vector<const FieldDescriptor*> others;
  one = configuration;
  one.GetReflection()->ListFields(one, &others);
  for (const FieldDescriptor* other : others) {
    if (other != &field) one.GetReflection()->ClearField(&one, other);
  }
  std::string json;
  json::Append(one, {.pretty = false}, json);
  std::string value = json.substr(json.find(':') + 1);
  value.pop_back();  // the brace
  value.erase(std::remove(value.begin(), value.end(), '"'), value.end());
  return value;
}

// Returns true for the fields that a caller can set.
bool IsOwn(const FieldDescriptor& field) {
  return field.name() != "name" && field.name() != "configuration_id";
}

std::vector<std::string> DifferentFields(const api::Configuration& a, const api::Configuration& b) {
  std::vector<std::string> fields;
  const auto& type = *api::Configuration::descriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (IsOwn(field) && ValueOf(a, field) != ValueOf(b, field)) fields.push_back(field.name());
  }
  return fields;
}

const FieldDescriptor& FieldNamed(const std::string& name) {
  return *api::Configuration::descriptor()->FindFieldByName(name);
}

std::string_view ActionOf(const Change& change) {
  switch (change.kind) {
    case Change::Kind::kCreate:
      return "create";
    case Change::Kind::kUpdate:
      return "update";
    case Change::Kind::kDelete:
      return "delete";
  }
  return "";
}

// Returns one line of a table, cut to its width.
std::string CutLine(std::string_view prefix, std::string_view text) {
  std::string line = fmt::format("{}{}", prefix, ForTerminal(text));
  const std::string_view cut = utf8::Truncate(line, kTableColumns);
  return fmt::format("{}{}\n",
                     cut.size() == line.size() ? line : utf8::Truncate(line, kTableColumns - 3),
                     cut.size() == line.size() ? "" : "...");
}

std::string TableOfChanges(const std::vector<Change>& changes) {
  if (changes.empty()) return "no difference\n";
  std::string text;
  for (const Change& change : changes) {
    const char* mark = change.kind == Change::Kind::kCreate   ? "+"
                       : change.kind == Change::Kind::kUpdate ? "~"
                                                              : "-";
    text += CutLine(fmt::format("{} {} ", mark, ActionOf(change)), change.name());
    for (const std::string& name : change.fields) {
      const FieldDescriptor& field = FieldNamed(name);
      text += fmt::format("    {}\n", field.json_name());
      const std::string before = ValueOf(change.current, field);
      const std::string after = ValueOf(change.wanted, field);
      if (!before.empty()) text += CutLine("      - ", before);
      if (!after.empty()) text += CutLine("      + ", after);
    }
  }
  return text;
}

std::string JsonOfChanges(const std::vector<Change>& changes) {
  std::string json = "{\"changes\":[";
  const char* comma = "";
  for (const Change& change : changes) {
    json += fmt::format("{}\n{{\"action\":\"{}\",\"configurationName\":", std::exchange(comma, ","),
                        ActionOf(change));
    AppendJsonString(change.name(), json);
    if (!change.fields.empty()) {
      json += ",\"fields\":{";
      const char* separator = "";
      for (const std::string& name : change.fields) {
        const FieldDescriptor& field = FieldNamed(name);
        json +=
            fmt::format("{}\"{}\":{{\"from\":", std::exchange(separator, ","), field.json_name());
        AppendJsonString(ValueOf(change.current, field), json);
        json += ",\"to\":";
        AppendJsonString(ValueOf(change.wanted, field), json);
        json += '}';
      }
      json += '}';
    }
    json += '}';
  }
  return json + (changes.empty() ? "]}\n" : "\n]}\n");
}

std::string CsvOfChanges(const std::vector<Change>& changes) {
  std::string text;
  csv::AppendCsvRow({"action", "configurationName", "field", "from", "to"}, text);
  for (const Change& change : changes) {
    const std::string action(ActionOf(change));
    const std::string name = csv::MarkedCell(change.name());
    if (change.fields.empty()) csv::AppendCsvRow({action, name, "", "", ""}, text);
    for (const std::string& field_name : change.fields) {
      const FieldDescriptor& field = FieldNamed(field_name);
      csv::AppendCsvRow(
          {action, name, field.json_name(), csv::MarkedCell(ValueOf(change.current, field)),
           csv::MarkedCell(ValueOf(change.wanted, field))},
          text);
    }
  }
  return text;
}

}  // namespace

std::string DpcName(const std::string& text, int64_t customer) {
  if (text.empty()) return text;
  return fmt::format("customers/{}/dpcs/{}", customer, text.substr(text.rfind('/') + 1));
}

absl::StatusOr<std::vector<api::Configuration>> ParseConfigurations(std::string json,
                                                                    int64_t customer) {
  const size_t begin = json.find_first_not_of(" \t\r\n");
  if (begin != std::string::npos && json[begin] == '[') {
    json = fmt::format("{{\"configurations\":{}}}", json);
  }
  api::CustomerListConfigurationsResponse parsed;
  ZT_RETURN_IF_ERROR(ParseJson(std::move(json), "the file of configurations", parsed));
  std::vector<api::Configuration> configurations(parsed.configurations().begin(),
                                                 parsed.configurations().end());
  std::map<std::string, int> seen;
  for (api::Configuration& configuration : configurations) {
    if (configuration.configuration_name().empty()) {
      return absl::InvalidArgumentError("a configuration of the file has no configurationName");
    }
    if (++seen[configuration.configuration_name()] > 1) {
      return absl::InvalidArgumentError(fmt::format("the file has two configurations named \"{}\"",
                                                    configuration.configuration_name()));
    }
    configuration.clear_name();
    configuration.clear_configuration_id();
    configuration.set_dpc_resource_path(DpcName(configuration.dpc_resource_path(), customer));
  }
  return configurations;
}

absl::StatusOr<std::vector<Change>> ChangesBetween(const std::vector<api::Configuration>& current,
                                                   const std::vector<api::Configuration>& wanted,
                                                   bool prune) {
  std::map<std::string, const api::Configuration*> by_name;
  for (const api::Configuration& configuration : current) {
    if (!by_name.emplace(configuration.configuration_name(), &configuration).second) {
      return absl::InvalidArgumentError(
          fmt::format("the customer has two configurations named \"{}\"; rename or delete one",
                      configuration.configuration_name()));
    }
  }
  std::vector<Change> changes;
  for (const api::Configuration& configuration : wanted) {
    const auto found = by_name.find(configuration.configuration_name());
    if (found == by_name.end()) {
      changes.push_back({.kind = Change::Kind::kCreate, .wanted = configuration});
      continue;
    }
    std::vector<std::string> fields = DifferentFields(*found->second, configuration);
    if (!fields.empty()) {
      changes.push_back({.kind = Change::Kind::kUpdate,
                         .current = *found->second,
                         .wanted = configuration,
                         .fields = std::move(fields)});
    }
    by_name.erase(found);
  }
  // A new default takes the place of the old one, so it comes after it.
  std::stable_partition(changes.begin(), changes.end(),
                        [](const Change& change) { return !change.wanted.is_default(); });
  for (const api::Configuration& configuration : current) {
    const bool is_left = by_name.find(configuration.configuration_name()) != by_name.end();
    if (prune && is_left) {
      changes.push_back({.kind = Change::Kind::kDelete, .current = configuration});
    }
  }
  return changes;
}

std::string ChangesText(const std::vector<Change>& changes, Format format) {
  switch (format) {
    case Format::kTable:
      return TableOfChanges(changes);
    case Format::kJson:
      return JsonOfChanges(changes);
    case Format::kCsv:
      return CsvOfChanges(changes);
  }
  return "";
}

}  // namespace zerotouch::cli
