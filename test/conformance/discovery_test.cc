// SPDX-License-Identifier: Apache-2.0
// Tests of the discovery document and the OpenAPI document: what clients read in
// them. golden/api_surface.txt equals Google's document (revision 20260915) in its
// methods, paths, parameters, schemas, fields and enums, and in which fields are
// read-only or deprecated.

#include "wire/describe/discovery.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include <algorithm>
#include <set>

#include "support/golden_file.h"
#include "wire/api_services.h"
#include "wire/rest/routes.h"

namespace zerotouch::wire {
namespace {

using simdjson::dom::element;
using simdjson::dom::object;

constexpr char kRoot[] = "http://127.0.0.1:8080";

std::string Document(std::string_view path) {
  DiscoveryDocuments documents;
  documents.SetRootUrl(RouteTable::Build(ApiServices()).value(), kRoot);
  const http::Response response = documents.Answer(path, ParseQuery("version=v1"));
  EXPECT_EQ(response.status, 200);
  return std::string(response.text());
}

std::string Text(const object& from, const char* name) {
  std::string_view text;
  return from[name].get(text) == simdjson::SUCCESS ? std::string(text) : "";
}

// Returns `string/int64`, `[Device]`, `{string}`, `enum A B` or `Device`.
std::string TypeText(const object& value) {
  object inner;
  if (value["items"].get(inner) == simdjson::SUCCESS) return "[" + TypeText(inner) + "]";
  if (value["additionalProperties"].get(inner) == simdjson::SUCCESS) {
    return "{" + TypeText(inner) + "}";
  }
  std::string text = Text(value, "$ref") + Text(value, "type");
  if (const std::string format = Text(value, "format"); !format.empty()) text += "/" + format;
  simdjson::dom::array names;
  if (value["enum"].get(names) == simdjson::SUCCESS) {
    text = "enum";
    for (const element name : names) text += fmt::format(" {}", name.get_string().value());
  }
  return text;
}

using Lines = std::vector<std::string>;

// Returns the members of an object by value: a loop over the result of `value()`
// would outlive it.
template <class Value>
object Members(const Value& value) {
  return value.get_object().value();
}

void AddMethods(const object& resource, Lines& lines) {
  object members;
  if (resource["methods"].get(members) == simdjson::SUCCESS) {
    for (const auto [name, value] : members) {
      const object method = value.get_object().value();
      lines.push_back(fmt::format("method {} {} {} {}", Text(method, "id"),
                                  Text(method, "httpMethod"), Text(method, "path"),
                                  Text(method, "flatPath")));
      for (const auto [key, parameter] : Members(method["parameters"])) {
        const object fields = parameter.get_object().value();
        lines.push_back(fmt::format("  parameter {} {} {} {}", key, Text(fields, "location"),
                                    TypeText(fields), Text(fields, "pattern")));
      }
      object request;
      if (method["request"].get(request) == simdjson::SUCCESS) {
        lines.push_back("  request " + Text(request, "$ref"));
      }
      lines.push_back("  response " + Text(method["response"].get_object().value(), "$ref"));
    }
  }
  if (resource["resources"].get(members) == simdjson::SUCCESS) {
    for (const auto [name, value] : members) AddMethods(value.get_object().value(), lines);
  }
}

void AddSchemas(const object& document, Lines& lines) {
  for (const auto [name, value] : Members(document["schemas"])) {
    const object schema = value.get_object().value();
    EXPECT_EQ(Text(schema, "id"), name);
    lines.push_back(fmt::format("schema {}", name));
    for (const auto [field, property] : Members(schema["properties"])) {
      const object fields = property.get_object().value();
      const bool read_only = fields["readOnly"].error() == simdjson::SUCCESS;
      const bool deprecated = fields["deprecated"].error() == simdjson::SUCCESS;
      lines.push_back(fmt::format("  {} {}{}{}", field, TypeText(fields),
                                  read_only ? " read-only" : "", deprecated ? " deprecated" : ""));
    }
  }
}

TEST(Discovery, Surface_IsGooglesOwn) {
  simdjson::dom::parser parser;
  const std::string text = Document("/$discovery/rest");
  const object document = parser.parse(text).get_object().value();
  Lines lines;
  for (const char* name : {"kind", "id", "name", "version", "canonicalName", "protocol",
                           "servicePath", "basePath", "batchPath", "revision"}) {
    lines.push_back(fmt::format("{} {}", name, Text(document, name)));
  }
  for (const auto [name, value] : Members(document["parameters"])) {
    lines.push_back(fmt::format("system {} {}", name, TypeText(value.get_object().value())));
  }
  AddMethods(document, lines);
  AddSchemas(document, lines);
  std::string surface;
  for (const std::string& line : lines) surface += line + "\n";

  test::ExpectGolden(ZEROTOUCH_GOLDEN "/api_surface.txt", surface);
}

TEST(Discovery, Urls_AreThisServers) {
  simdjson::dom::parser parser;
  const std::string text = Document("/$discovery/rest");
  const object document = parser.parse(text).get_object().value();
  EXPECT_EQ(Text(document, "rootUrl"), std::string(kRoot) + "/");
  EXPECT_EQ(Text(document, "baseUrl"), std::string(kRoot) + "/");
  EXPECT_EQ(text.find("androiddeviceprovisioning.googleapis.com"), std::string::npos);
}

TEST(Discovery, EverythingIsDescribed) {
  simdjson::dom::parser parser;
  const std::string text = Document("/$discovery/rest");
  const object document = parser.parse(text).get_object().value();
  for (const auto [name, value] : Members(document["schemas"])) {
    for (const auto [field, property] : Members(value["properties"])) {
      const object fields = property.get_object().value();
      EXPECT_NE(Text(fields, "description"), "") << name << "." << field;
    }
  }
}

TEST(Discovery, OtherVersions_AreRefused) {
  DiscoveryDocuments documents;
  EXPECT_EQ(documents.Answer("/$discovery/rest", ParseQuery("version=v2")).status, 400);
  EXPECT_EQ(documents.Answer("/$discovery/rest", ParseQuery("")).status, 503) << "not yet known";
  documents.SetRootUrl(RouteTable::Build(ApiServices()).value(), kRoot);
  EXPECT_EQ(documents.Answer("/$discovery/rest", ParseQuery("")).status, 200);
}

// Adds every `$ref` in `value` to `refs`.
void CollectRefs(const element& value, std::set<std::string>& refs) {
  object members;
  simdjson::dom::array elements;
  if (value.get(members) == simdjson::SUCCESS) {
    for (const auto [name, member] : members) {
      std::string_view ref;
      if (name == "$ref" && member.get(ref) == simdjson::SUCCESS) refs.emplace(ref);
      CollectRefs(member, refs);
    }
  } else if (value.get(elements) == simdjson::SUCCESS) {
    for (const element member : elements) CollectRefs(member, refs);
  }
}

TEST(OpenApi, HasEveryMethod_AndEveryReferenceLeadsSomewhere) {
  simdjson::dom::parser parser;
  const std::string text = Document("/$discovery/OPENAPI3_0");
  const element document = parser.parse(text).value();
  EXPECT_EQ(document["openapi"].get_string().value(), "3.0.3");
  EXPECT_EQ(document["servers"].at(0)["url"].get_string().value(), std::string(kRoot) + "/");
  std::set<std::string> operations;
  for (const auto [path, methods] : Members(document["paths"])) {
    const auto variables = std::count(path.begin(), path.end(), '{');
    for (const auto [method, operation] : Members(methods)) {
      EXPECT_TRUE(operations.emplace(operation["operationId"].get_string().value()).second);
      std::ptrdiff_t in_path = 0;
      const simdjson::dom::array parameters = operation["parameters"].get_array().value();
      for (const element parameter : parameters) {
        if (parameter["in"].get_string().value() == "path") ++in_path;
      }
      EXPECT_EQ(in_path, variables) << path;
    }
  }
  EXPECT_EQ(operations.size(), 27u);
  std::set<std::string> refs;
  CollectRefs(document, refs);
  for (const std::string& ref : refs) {
    const std::string prefix = "#/components/schemas/";
    ASSERT_TRUE(ref.starts_with(prefix)) << ref;
    EXPECT_EQ(document["components"]["schemas"][ref.substr(prefix.size())].error(),
              simdjson::SUCCESS)
        << ref;
  }
}

}  // namespace
}  // namespace zerotouch::wire
