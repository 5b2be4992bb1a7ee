// SPDX-License-Identifier: Apache-2.0
#include "wire/rest/url_template.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace zerotouch::wire {
namespace {

using ::testing::HasSubstr;

const std::set<std::string>& Verbs() {
  static const std::set<std::string> verbs = {"claim", "claimAsync"};
  return verbs;
}

// Returns "field=value;..." for a path that matches, and "no" for any other.
std::string Match(std::string_view text, std::string_view target) {
  const auto parsed = UrlTemplate::Parse(text);
  if (!parsed.ok()) return std::string(parsed.status().message());
  const auto path = SplitPath(target, Verbs());
  const auto bindings = path ? parsed->Match(*path) : std::nullopt;
  if (!bindings) return "no";
  std::string out;
  for (const auto& binding : *bindings) out += binding.field + "=" + binding.value + ";";
  return out;
}

struct TemplateCase {
  const char* text;
  const char* target;
  const char* expected;
};

TEST(UrlTemplate, Match_Table) {
  const TemplateCase cases[] = {
      {"/v1/customers", "/v1/customers", ""},
      {"/v1/customers", "/v1/customers?a=/b", ""},
      {"/v1/customers", "/v1/customers/", ""},
      {"/v1/customers", "/v1/customers//", ""},
      {"/v1/customers", "/v1//customers", "no"},
      {"/v1/customers", "/v1/Customers", "no"},
      {"/v1/customers", "/v1/custom%65rs", ""},
      {"/v1/customers", "v1/customers", "no"},
      {"/v1/customers", "/", "no"},
      {"/v1/{id}", "/v1/7", "id=7;"},
      {"/v1/{id}", "/v1/", "no"},
      {"/v1/{id}/x", "/v1//x", "no"},
      {"/v1/{id}", "/v1/a%2Fb%20c%3Ad", "id=a/b c:d;"},
      {"/v1/{id}", "/v1/%zz", "no"},
      {"/v1/{id=*}/d/{sub.id}", "/v1/1/d/2", "id=1;sub.id=2;"},
      {"/v1/{name=partners/*/devices/*}", "/v1/partners/1/devices/2", "name=partners/1/devices/2;"},
      {"/v1/{name=partners/*/devices/*}", "/v1/partners/1/devices/a%2Fb%20c",
       "name=partners/1/devices/a%2Fb c;"},
      {"/v1/{name=partners/*/devices/*}", "/v1/partners/1/devices", "no"},
      {"/v1/{name=partners/*/devices/*}", "/v1/partners/1/devices/2/3", "no"},
      {"/v1/{name=partners/*/devices/*}", "/v1/partners/1%/devices/2", "no"},
      {"/v1/{configuration.name=customers/*/configurations/*}", "/v1/customers/1/configurations/2",
       "configuration.name=customers/1/configurations/2;"},
      {"/v1/{name=operations/**}", "/v1/operations/apibatchoperation/5",
       "name=operations/apibatchoperation/5;"},
      {"/v1/{name=operations/**}", "/v1/operations/a//b/c%2Fd", "name=operations/a//b/c%2Fd;"},
      {"/v1/{name=operations/**}", "/v1/operations", "name=operations;"},
      {"/v1/{name=operations/**}", "/v1/operation", "no"},
      {"/v1/{rest=**}", "/v1", "rest=;"},
      {"/v1/p/{id}/devices:claim", "/v1/p/1/devices:claim", "id=1;"},
      {"/v1/p/{id}/devices:claim", "/v1/p/1/devices%3Aclaim", "id=1;"},
      {"/v1/p/{id}/devices:claim", "/v1/p/1/devices%3aclaim?x", "id=1;"},
      {"/v1/p/{id}/devices:claim", "/v1/p/1:claim/devices", "no"},
      {"/v1/p/{id}/devices:claim", "/v1/p/1:claim/devices:claim", "id=1:claim;"},
      {"/v1/p/{id}/devices:claim", "/v1/p/1/devices:claimAsync", "no"},
      {"/v1/p/{id}/devices:claim", "/v1/p/1/devices:claim/", "id=1;"},
      {"/v1/p/{id}/devices:claim", "/v1/p/1/devices", "no"},
      {"/v1/p/{id}", "/v1/p/a:b", "id=a:b;"},
      {"/v1/p/{id}", "/v1/p/a:claim", "no"},
      {"/v1/p/{id}:claim", "/v1/p/a:b:claim", "id=a:b;"},
      {"/v1/p/{id}:claim", "/v1/p/a:b%3Aclaim", "id=a:b;"},
      {"/v1/p/{id}:claim", "/v1/p/:claim", "no"},
  };
  for (const TemplateCase& c : cases) {
    EXPECT_EQ(Match(c.text, c.target), c.expected) << c.text << "  " << c.target;
  }
}

TEST(UrlTemplate, Parse_Malformed_NamesPlaceAndReason) {
  const TemplateCase cases[] = {
      {"", "", "expected '/' at character 0"},
      {"v1", "", "expected '/' at character 0"},
      {"/", "", "expected a segment at character 1"},
      {"/v1//x", "", "expected a segment at character 4"},
      {"/v1/{a", "", "expected '}'"},
      {"/v1/{a=}", "", "expected a segment"},
      {"/v1/{}", "", "expected a field name"},
      {"/v1/{a..b}", "", "expected a field name"},
      {"/v1/{a={b}}", "", "variables do not nest"},
      {"/v1/**/x", "", "** is not last"},
      {"/v1/{a=**}/x", "", "** is not last"},
      {"/v1/x:", "", "expected a verb"},
      {"/v1/x:y/z", "", "expected the end"},
      {"/v1/x}", "", "expected the end"},
  };
  for (const TemplateCase& c : cases) {
    const auto parsed = UrlTemplate::Parse(c.text);
    ASSERT_FALSE(parsed.ok()) << c.text;
    EXPECT_THAT(std::string(parsed.status().message()), HasSubstr(c.expected)) << c.text;
  }
}

TEST(UrlTemplate, Fields_AreThoseOfItsVariables) {
  const auto parsed = UrlTemplate::Parse("/v1/{a.b=x/*}/y/{c}:go");
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_THAT(parsed->fields(), ::testing::ElementsAre("a.b", "c"));
  EXPECT_EQ(parsed->verb(), "go");
}

}  // namespace
}  // namespace zerotouch::wire
