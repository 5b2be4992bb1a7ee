// SPDX-License-Identifier: Apache-2.0
#include "zerotouch/configuration_changes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/status_text.h"

namespace zerotouch::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

using Change = ConfigurationChange;

std::vector<api::Configuration> FromFile(const std::string& json) {
  return ParseConfigurations(json, 7).value();
}

// Configurations as the server lists them.
std::vector<api::Configuration> OnServer(const std::string& json) {
  std::vector<api::Configuration> configurations = FromFile(json);
  for (size_t i = 0; i < configurations.size(); ++i) {
    configurations[i].set_name("customers/7/configurations/" + std::to_string(i + 1));
    configurations[i].set_configuration_id(static_cast<int64_t>(i) + 1);
  }
  return configurations;
}

std::vector<std::string> DescriptionsOf(const std::vector<Change>& changes) {
  std::vector<std::string> lines;
  for (const Change& change : changes) {
    std::string line = change.kind == Change::Kind::kCreate   ? "create "
                       : change.kind == Change::Kind::kUpdate ? "update "
                                                              : "delete ";
    line += change.name();
    for (const std::string& field : change.fields) line += " " + field;
    lines.push_back(line);
  }
  return lines;
}

constexpr char kTwo[] =
    R"({"configurations":[{"configurationName":"A","companyName":"X","isDefault":true},)"
    R"({"configurationName":"B","dpcResourcePath":"customers/7/dpcs/dpc","companyName":"Y"}]})";

TEST(ConfigurationChangesTest, WhatListPrints_IsNoDifference) {
  const auto current = OnServer(kTwo);
  EXPECT_TRUE(ChangesBetween(current, FromFile(kTwo), true)->empty());
  EXPECT_EQ(ChangesText({}, Format::kTable), "no difference\n");
  EXPECT_EQ(ChangesText({}, Format::kJson), "{\"changes\":[]}\n");
}

TEST(ConfigurationChangesTest, Names_DecideWhatIsMadeChangedAndDeleted) {
  const auto wanted = FromFile(
      R"([{"configurationName":"C"},{"configurationName":"B","companyName":"Z","isDefault":true,)"
      R"("dpcResourcePath":"customers/999/dpcs/dpc"},)"
      R"({"configurationName":"A","companyName":"X"}])");
  EXPECT_THAT(DescriptionsOf(*ChangesBetween(OnServer(kTwo), wanted, false)),
              ElementsAre("create C", "update A is_default", "update B company_name is_default"))
      << "the new default comes last";
  const auto only_c = FromFile(R"([{"configurationName":"C"}])");
  EXPECT_THAT(DescriptionsOf(*ChangesBetween(OnServer(kTwo), only_c, false)),
              ElementsAre("create C"));
  EXPECT_THAT(DescriptionsOf(*ChangesBetween(OnServer(kTwo), only_c, true)),
              ElementsAre("create C", "delete A", "delete B"));
}

TEST(ConfigurationChangesTest, Text_ShowsWhatChanges_AndFits) {
  const auto wanted = FromFile(R"([{"configurationName":"A","companyName":")" +
                               std::string(300, 'x') + R"(\u001b","isDefault":true}])");
  const auto changes = ChangesBetween(OnServer(kTwo), wanted, false);
  const std::string table = ChangesText(*changes, Format::kTable);
  EXPECT_THAT(table, HasSubstr("~ update A\n    companyName\n      - X\n      + xxx"));
  EXPECT_THAT(ChangesText(*changes, Format::kJson),
              HasSubstr("\"companyName\":{\"from\":\"X\",\"to\":\"xxx"));
  EXPECT_THAT(ChangesText(*changes, Format::kCsv), HasSubstr("\nupdate,A,companyName,X,xxx"));
  for (size_t begin = 0; begin < table.size();) {
    const size_t end = table.find('\n', begin);
    EXPECT_LE(end - begin, 100u);
    begin = end + 1;
  }
}

TEST(ConfigurationChangesTest, AmbiguousOrWrongFiles_AreRefused) {
  const auto problem = [](const char* json) {
    const auto parsed = ParseConfigurations(json, 7);
    EXPECT_TRUE(absl::IsInvalidArgument(parsed.status())) << json;
    return std::string(MessageOf(parsed.status()));
  };
  EXPECT_THAT(problem(R"([{"configurationName":"A"},{"configurationName":"A"}])"),
              HasSubstr("two configurations named \"A\""));
  EXPECT_THAT(problem(R"([{"companyName":"A"}])"), HasSubstr("no configurationName"));
  EXPECT_THAT(problem(R"({"configuration":[]})"), HasSubstr("configuration"));
  EXPECT_THAT(problem("["), HasSubstr("the file"));
  const auto twice = OnServer(kTwo);
  EXPECT_TRUE(absl::IsInvalidArgument(
      ChangesBetween({twice[0], twice[0]}, FromFile(kTwo), false).status()));
}

}  // namespace
}  // namespace zerotouch::cli
