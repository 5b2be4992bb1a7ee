// SPDX-License-Identifier: Apache-2.0
#include "wire/rest/query.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/ascii.h"
#include "base/form.h"

namespace zerotouch::wire {
namespace {

// Returns true for Google's system parameters that have no effect here.
bool IsIgnored(std::string_view name) {
  static constexpr std::string_view kIgnored[] = {"key",   "$key",       "quotaUser",
                                                  "trace", "uploadType", "upload_protocol"};
  return std::ranges::find(kIgnored, name) != std::end(kIgnored);
}

void SetErrorFormat(std::string_view value, std::string_view where, Query& query) {
  if (value == "1" || value == "2") {
    query.error_format = value == "1" ? ErrorFormat::kV1 : ErrorFormat::kV2;
    return;
  }
  query.system_violations.push_back(
      {std::string(where), fmt::format("Invalid value for {}: use 1 or 2.", where)});
}

// Stores the system parameters that hold text. The first value of each is used.
class TextParameters {
 public:
  explicit TextParameters(Query& query) : query_(query) {}

  // Returns false if `name` is another parameter.
  bool Set(std::string_view name, const std::string& value) {
    for (Parameter& parameter : parameters_) {
      if (name != parameter.name && name != parameter.alias) continue;
      if (!std::exchange(parameter.seen, true)) query_.*parameter.member = value;
      return true;
    }
    return false;
  }

 private:
  struct Parameter {
    std::string_view name;
    std::string_view alias;
    std::string Query::*member;
    bool seen = false;
  };
  Query& query_;
  Parameter parameters_[5] = {
      {"alt", "$alt", &Query::alt},
      {"fields", "$fields", &Query::fields},
      {"callback", "$callback", &Query::callback},
      {"$ct", "$ct", &Query::content_type},
      {"access_token", "oauth_token", &Query::access_token},
  };
};

// Returns true for the name of a JavaScript function or a path to it (`a.b[0]`):
// such a text cannot be any other code.
bool IsFunctionName(std::string_view name) {
  constexpr size_t kLongest = 128;
  return name.size() <= kLongest &&
         name.find_first_not_of(
             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
             "_$.[]") == std::string_view::npos;
}

class QueryReader {
 public:
  Query Read(std::string_view text) {
    for (FormField& field : ParseForm(text)) ReadField(field);
    if (!IsFunctionName(query_.callback)) {
      query_.system_violations.push_back(
          {"callback", "Invalid value for callback: use the name of a function."});
      query_.callback.clear();
    }
    return std::move(query_);
  }

 private:
  void ReadField(FormField& field) {
    auto& [name, value] = field;
    if (name && value) {
      Add(*std::move(name), *std::move(value));
    } else {
      query_.violations.push_back(
          {"", name
                   ? fmt::format("Malformed percent-encoding in the query parameter \"{}\".", *name)
                   : "Malformed percent-encoding in the name of a query parameter."});
    }
  }

  void Add(std::string name, std::string value) {
    if (name == "prettyPrint" || name == "$prettyPrint") {
      if (!std::exchange(pretty_seen_, true)) query_.pretty = value != "false" && value != "0";
    } else if (name == "$.xgafv") {
      SetErrorFormat(value, name, query_);
    } else if (!texts_.Set(name, value) && !IsIgnored(name)) {
      query_.parameters.push_back({std::move(name), std::move(value)});
    }
  }

  Query query_;
  TextParameters texts_{query_};
  bool pretty_seen_ = false;
};

}  // namespace

Query ParseQuery(std::string_view text) {
  return text.empty() ? Query() : QueryReader().Read(text);
}

Query ReadQuery(std::string_view text, const http::Headers& headers) {
  Query query = ParseQuery(text);
  if (query.fields.empty()) query.fields = headers.Get("X-Goog-FieldMask");
  constexpr std::string_view kFormat = "X-Goog-Api-Format-Version";
  const bool given = text.find("xgafv=") != std::string_view::npos;
  if (headers.Has(kFormat) && !given) SetErrorFormat(headers.Get(kFormat), kFormat, query);
  return query;
}

}  // namespace zerotouch::wire
