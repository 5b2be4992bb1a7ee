// SPDX-License-Identifier: Apache-2.0
#include "zerotouch/rest_call.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "absl/time/time.h"
#include "base/json_string.h"
#include "base/status_macros.h"
#include "base/status_text.h"
#include "base/terminal_text.h"
#include "devices_csv/csv.h"
#include "zerotouch/message_flags.h"
#include "zerotouch/method_call.h"
#include "zerotouch/operations.h"
#include "zerotouch/output.h"

namespace zerotouch::cli {
namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;

// An object that is put together: members are JSON texts or objects.
struct JsonObject {
  std::vector<std::pair<std::string, std::string>> texts;
  std::vector<std::pair<std::string, std::unique_ptr<JsonObject>>> objects;

  JsonObject& At(const std::string& name) {
    for (auto& [known, object] : objects) {
      if (known == name) return *object;
    }
    return *objects.emplace_back(name, std::make_unique<JsonObject>()).second;
  }
  std::string Text() const {
    std::string json = "{";
    const char* comma = "";
    const auto add = [&](const std::string& name, const std::string& value) {
      json += std::exchange(comma, ",");
      AppendJsonString(name, json);
      json += ":" + value;
    };
    for (const auto& [name, value] : texts) add(name, value);
    for (const auto& [name, object] : objects) add(name, object->Text());
    return json + "}";
  }
};

std::string Quoted(std::string_view text) {
  std::string json;
  AppendJsonString(text, json);
  return json;
}

// Returns the value of a flag as JSON.
absl::StatusOr<std::string> FlagJson(const Flag& flag, const std::vector<std::string>& values) {
  if (flag.kind == Flag::Kind::kList) {
    std::string list = "[";
    for (size_t i = 0; i < values.size(); ++i) {
      list += fmt::format("{}{}", i == 0 ? "" : ",", Quoted(values[i]));
    }
    return list + "]";
  }
  const std::string& value = values.back();
  if (flag.kind == Flag::Kind::kBool || flag.kind == Flag::Kind::kSwitch) {
    if (value == "true" || value == "false") return value;
    return absl::InvalidArgumentError(
        fmt::format("Invalid --{} \"{}\": use true or false", flag.first_name(), value));
  }
  if (flag.value == "COUNT" || flag.value == "NUMBER") {
    char* end = nullptr;
    const double number = std::strtod(value.c_str(), &end);
    const bool is_whole = value.find_first_not_of("0123456789") == std::string::npos;
    if (value.empty() || *end != '\0' || number < 0 || (flag.value == "COUNT" && !is_whole)) {
      return absl::InvalidArgumentError(
          fmt::format("Invalid --{} \"{}\": use a number, 0 or more", flag.first_name(), value));
    }
    return value;
  }
  if (flag.value == "TIME") {
    absl::Duration duration;
    if (!absl::ParseDuration(value, &duration)) {
      return absl::InvalidArgumentError(fmt::format(
          "Invalid --{} \"{}\": use a duration such as 5s or 1h30m", flag.first_name(), value));
    }
    return Quoted(fmt::format("{}s", absl::ToDoubleSeconds(duration)));
  }
  if (flag.value == "TEXT|@FILE") {
    ZT_ASSIGN_OR_RETURN(const std::string text, TextOrFile(value));
    return Quoted(text);
  }
  return Quoted(value);
}

void AppendPretty(const element& value, size_t depth, std::string& out) {
  const std::string inner(2 * (depth + 1), ' ');
  const std::string outer(2 * depth, ' ');
  const char* comma = "";
  if (value.type() == element_type::OBJECT) {
    out += '{';
    for (const auto& [key, member] : simdjson::dom::object(value)) {
      out += fmt::format("{}\n{}", std::exchange(comma, ","), inner);
      AppendJsonString(key, out);
      out += ": ";
      AppendPretty(member, depth + 1, out);
    }
    out += *comma == '\0' ? "}" : fmt::format("\n{}}}", outer);
  } else if (value.type() == element_type::ARRAY) {
    out += '[';
    for (const element item : simdjson::dom::array(value)) {
      out += fmt::format("{}\n{}", std::exchange(comma, ","), inner);
      AppendPretty(item, depth + 1, out);
    }
    out += *comma == '\0' ? "]" : fmt::format("\n{}]", outer);
  } else if (value.type() == element_type::STRING) {
    AppendJsonString(std::string_view(value), out);
  } else {
    out += simdjson::minify(value);
  }
}

// Percent-encodes all but the unreserved characters of RFC 3986.
std::string PercentEncoded(std::string_view text) {
  constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~";
  std::string encoded;
  for (const char c : text) {
    if (kPlain.find(c) != std::string_view::npos) {
      encoded += c;
    } else {
      encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return encoded;
}

// Returns the segment of a resource name that follows `collection`; empty without one.
std::string SegmentAfter(std::string_view collection, std::string_view name) {
  const std::string before = fmt::format("/{}/", collection);
  const size_t at = name.find(before);
  if (at == std::string_view::npos) return "";
  const std::string_view rest = name.substr(at + before.size());
  return std::string(rest.substr(0, rest.find('/')));
}

// Returns a value as a cell: strings without quotes.
std::string CellOf(const element& value) {
  if (value.type() == element_type::STRING) return std::string(std::string_view(value));
  return simdjson::minify(value);
}

std::string CellAt(const element& object, std::string_view member) {
  element at = object;
  while (!member.empty()) {
    const size_t dot = std::min(member.find('.'), member.size());
    if (at[member.substr(0, dot)].get(at) != simdjson::SUCCESS) return "";
    member.remove_prefix(std::min(dot + 1, member.size()));
  }
  return CellOf(at);
}

void AppendMembers(const element& value, const std::string& prefix,
                   std::vector<std::vector<std::string>>& rows) {
  for (const auto& [key, member] : simdjson::dom::object(value)) {
    const std::string name = fmt::format("{}{}", prefix, key);
    if (member.type() == element_type::OBJECT) {
      AppendMembers(member, name + ".", rows);
    } else {
      rows.push_back({name, CellOf(member)});
    }
  }
}

// A column of a list.
struct RestColumn {
  std::string name;
  std::string_view member;
};

std::vector<RestColumn> ColumnsOf(const Rest& rest, bool is_table) {
  std::vector<RestColumn> columns;
  for (const std::string_view column : rest.columns) {
    if (is_table && rest.table_columns > 0 && columns.size() == rest.table_columns) break;
    const size_t equals = column.find('=');
    const std::string_view member =
        column.substr(equals == std::string_view::npos ? 0 : equals + 1);
    columns.push_back({std::string(is_table ? column.substr(0, equals) : member), member});
  }
  return columns;
}

void PrintRow(std::vector<std::string> cells) {
  for (std::string& cell : cells) cell = ForTerminal(csv::MarkedCell(cell));
  std::string row;
  csv::AppendCsvRow(cells, row);
  Print(row);
}

// Prints a list page by page.
class RestList {
 public:
  explicit RestList(const Invocation& invocation)
      : rest_(invocation.command->rest),
        format_(invocation.format),
        columns_(ColumnsOf(rest_, format_ == Format::kTable)) {
    for (const RestColumn& column : columns_) header_.push_back(column.name);
    if (format_ == Format::kCsv) PrintRow(header_);
  }

  void Add(const element& item) {
    if (format_ == Format::kJson) {
      std::string json = is_empty_ ? fmt::format("{{\n  \"{}\": [\n    ", rest_.list) : ",\n    ";
      AppendPretty(item, 2, json);
      Print(json);
    } else if (format_ == Format::kCsv) {
      PrintRow(CellsOf(item));
    } else {
      rows_.push_back(CellsOf(item));
    }
    is_empty_ = false;
  }

  void EndPage() {
    if (!rows_.empty()) Print(TableText(header_, rows_, widths_));
    rows_.clear();
  }

  absl::Status End() {
    if (format_ == Format::kJson) Print(is_empty_ ? "{}\n" : "\n  ]\n}\n");
    if (format_ == Format::kTable && is_empty_) Print(fmt::format("no {}\n", rest_.list));
    return EndOutput();
  }

 private:
  std::vector<std::string> CellsOf(const element& item) const {
    std::vector<std::string> cells;
    for (const RestColumn& column : columns_) cells.push_back(CellAt(item, column.member));
    return cells;
  }

  const Rest& rest_;
  const Format format_;
  const std::vector<RestColumn> columns_;
  std::vector<std::string> header_;
  std::vector<std::vector<std::string>> rows_;
  std::vector<size_t> widths_;
  bool is_empty_ = true;
};

absl::Status NotJson() { return absl::InternalError("the server's answer is not valid JSON"); }

// Calls a list method until its last page, or until --limit.
absl::Status ListAll(const Invocation& invocation, client::Client& client, std::string path) {
  const Rest& rest = invocation.command->rest;
  int64_t left = invocation.Has("limit") ? invocation.Number("limit") : INT64_MAX;
  RestList list(invocation);
  if (invocation.Has("filter")) path += "?filter=" + PercentEncoded(invocation.Get("filter"));
  std::string token;
  do {
    std::string page = path;
    const auto add = [&](std::string_view name, const std::string& value) {
      page += fmt::format("{}{}={}", page.find('?') == std::string::npos ? '?' : '&', name,
                          PercentEncoded(value));
    };
    if (rest.page > 0) add("pageSize", fmt::format("{}", std::min(left, rest.page)));
    if (!token.empty()) add("pageToken", token);
    ZT_ASSIGN_OR_RETURN(const std::string json, client.Send(std::string(rest.http), page, ""));
    simdjson::dom::parser parser;
    element answer;
    if (parser.parse(json).get(answer) != simdjson::SUCCESS) return NotJson();
    simdjson::dom::array items;
    if (answer[rest.list].get(items) == simdjson::SUCCESS) {
      for (const element item : items) {
        if (left-- > 0) list.Add(item);
      }
    }
    list.EndPage();
    const std::string before = std::exchange(token, CellAt(answer, "nextPageToken"));
    if (token == before) break;
  } while (!token.empty() && left > 0);
  return list.End();
}

absl::Status PrintAnswer(const Invocation& invocation, const std::string& json) {
  if (invocation.format == Format::kJson) {
    Print(PrettyJson(json));
  } else if (invocation.format == Format::kCsv) {
    simdjson::dom::parser parser;
    element answer;
    if (parser.parse(json).get(answer) != simdjson::SUCCESS) return NotJson();
    std::vector<std::vector<std::string>> rows;
    AppendMembers(answer, "", rows);
    std::vector<std::string> header;
    std::vector<std::string> cells;
    for (auto& row : rows) {
      header.push_back(row[0]);
      cells.push_back(row[1]);
    }
    if (!rows.empty()) {
      PrintRow(header);
      PrintRow(cells);
    }
  } else {
    Print(MembersText(json));
  }
  return EndOutput();
}

}  // namespace

std::string PrettyJson(const std::string& json) {
  simdjson::dom::parser parser;
  element root;
  if (parser.parse(json).get(root) != simdjson::SUCCESS) return json;
  std::string out;
  AppendPretty(root, 0, out);
  return out + "\n";
}

std::string MembersText(const std::string& json) {
  simdjson::dom::parser parser;
  element root;
  if (parser.parse(json).get(root) != simdjson::SUCCESS || !root.is_object()) {
    return ForTerminal(json, Lines::kMany) + "\n";
  }
  std::vector<std::vector<std::string>> rows;
  AppendMembers(root, "", rows);
  return LinesText(rows);
}

absl::StatusOr<std::string> BodyOf(const Invocation& invocation) {
  if (invocation.Has("data")) return TextOrFile(invocation.Get("data"));
  JsonObject root;
  for (const Flag& flag : invocation.command->flags) {
    const auto given = invocation.values.find(flag.first_name());
    if (flag.field.empty() || given == invocation.values.end()) continue;
    ZT_ASSIGN_OR_RETURN(std::string value, FlagJson(flag, given->second));
    JsonObject* object = &root;
    std::string_view rest = flag.field;
    for (size_t dot = rest.find('.'); dot != std::string_view::npos; dot = rest.find('.')) {
      object = &object->At(std::string(rest.substr(0, dot)));
      rest.remove_prefix(dot + 1);
    }
    object->texts.emplace_back(std::string(rest), std::move(value));
  }
  return root.Text();
}

absl::StatusOr<std::string> PathOf(const Invocation& invocation) {
  std::string path(invocation.command->rest.path);
  const auto replace = [&](std::string_view variable, const std::string& value) {
    const size_t at = path.find(variable);
    if (at != std::string::npos) path.replace(at, variable.size(), value);
  };
  if (path.find("{parent}") != std::string::npos) {
    ZT_ASSIGN_OR_RETURN(const std::string parent, ParentOf(invocation));
    replace("{parent}", parent);
  }
  if (path.find("{webhook}") != std::string::npos) {
    const std::string name = invocation.positionals.empty() ? "" : invocation.positionals[0];
    const std::string id =
        invocation.Has("webhook") ? invocation.Get("webhook") : SegmentAfter("webhooks", name);
    if (id.empty()) {
      return absl::InvalidArgumentError(
          "give the name of the delivery, such as partners/1/webhooks/5/deliveries/7, or "
          "--webhook");
    }
    replace("{webhook}", PercentEncoded(id.substr(id.rfind('/') + 1)));
  }
  if (path.find("{id}") != std::string::npos) {
    std::string id = invocation.positionals.empty() ? "" : invocation.positionals[0];
    if (id.empty() && invocation.Has("device-id")) id = invocation.Get("device-id");
    if (id.empty()) return absl::InvalidArgumentError("nothing is named; see --help");
    replace("{id}", PercentEncoded(id.substr(id.rfind('/') + 1)));
  }
  if (invocation.Has("update-mask")) {
    path += "?updateMask=" + PercentEncoded(invocation.Get("update-mask"));
  }
  return path;
}

ExitCode RunRest(const Invocation& invocation) {
  const Rest& rest = invocation.command->rest;
  const absl::StatusOr<std::string> path = PathOf(invocation);
  if (!path.ok()) return Fail(invocation, path.status());
  std::string body;
  if (rest.http == "POST" || rest.http == "PATCH") {
    absl::StatusOr<std::string> json = BodyOf(invocation);
    if (!json.ok()) return Fail(invocation, json.status());
    body = *std::move(json);
  }
  absl::StatusOr<Connection> connection = ConnectFor(invocation);
  if (!connection.ok()) return Fail(invocation, connection.status());
  if (!rest.list.empty()) {
    const absl::Status status = ListAll(invocation, *connection->client, *path);
    return status.ok() ? kDone : Fail(invocation, status);
  }
  const absl::StatusOr<std::string> answer =
      connection->client->Send(std::string(rest.http), *path, body);
  if (!answer.ok()) return Fail(invocation, answer.status());
  const absl::Status printed = PrintAnswer(invocation, *answer);
  return printed.ok() ? kDone : Fail(invocation, printed);
}

}  // namespace zerotouch::cli
