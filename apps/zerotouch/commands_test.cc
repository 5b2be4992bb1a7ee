// SPDX-License-Identifier: Apache-2.0
// Checks the table of commands, and what is made from it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "google/android/device/provisioning/v1/devices.pb.h"
#include "google/protobuf/descriptor.h"
#include "zerotouch/command.h"
#include "zerotouch/completion.h"
#include "zerotouch/message_flags.h"
#include "zerotouch/output.h"
#include "zerotouch/rest_call.h"
#include "zerotouch/sandbox_boot.h"
#include "zerotouch/sandbox_calls.h"

namespace zerotouch::cli {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const Command& CommandNamed(std::string_view group, std::string_view verb) {
  for (const Command& command : Commands()) {
    if (command.group == group && command.verb == verb) return command;
  }
  ADD_FAILURE() << "no command " << group << " " << verb;
  return Commands().front();
}

TEST(CommandsTest, EveryCommand_HasAnExample_AndUniqueFlags) {
  for (const Command& command : Commands()) {
    const std::string name = std::string(command.group) + " " + std::string(command.verb);
    EXPECT_THAT(std::string(command.example), HasSubstr("Example")) << name;
    EXPECT_THAT(std::string(command.example), HasSubstr("zerotouch")) << name;
    EXPECT_NE(command.run, nullptr) << name;
    EXPECT_LE(command.about.size(), 62u) << name;
    EXPECT_TRUE(command.group.empty() || !AboutGroup(command.group).empty()) << name;
    std::set<std::string> names;
    for (const Flag& flag : AllFlags(command)) {
      EXPECT_TRUE(names.insert(flag.first_name()).second) << name << " --" << flag.name;
    }
  }
}

TEST(CommandsTest, EveryMethodOfTheApi_IsCalledBySomeCommand) {
  // Called by functions, not by the table.
  std::set<std::string> called = {
      "PartnerService.ClaimDevice",          "PartnerService.ClaimDevicesAsync",
      "PartnerService.UnclaimDevice",        "PartnerService.UnclaimDevicesAsync",
      "PartnerService.UpdateDeviceMetadata", "PartnerService.UpdateDeviceMetadataInBatch",
      "PartnerService.FindDevicesByOwner",   "CustomerService.UpdateConfiguration",
      "CustomerService.ApplyConfiguration",  "CustomerService.RemoveConfiguration",
      "CustomerService.UnclaimDevice"};
  const std::string package = "google.android.device.provisioning.v1.";
  for (const Command& command : Commands()) {
    for (const Method* method : {&command.method, &command.customer_method}) {
      if (method->rpc.substr(0, package.size()) == package) {
        called.insert(std::string(method->rpc.substr(package.size())));
      }
    }
  }
  for (const char* name : {"PartnerService", "CustomerService"}) {
    const auto* service =
        google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(package + name);
    ASSERT_NE(service, nullptr);
    for (int i = 0; i < service->method_count(); ++i) {
      EXPECT_TRUE(called.count(std::string(name) + "." + service->method(i)->name()) > 0)
          << service->method(i)->full_name();
    }
  }
}

TEST(CommandsTest, Completion_KnowsGroupsVerbsAndFlags) {
  for (const char* shell : {"bash", "zsh", "fish"}) {
    const std::string script = CompletionScript(shell);
    for (const char* word : {"configurations", "sim-lock", "results", "snapshots", "set-speed"}) {
      EXPECT_THAT(script, HasSubstr(word)) << shell;
    }
  }
  EXPECT_THAT(CompletionScript("bash"), HasSubstr("--company-name"));
  EXPECT_THAT(CompletionScript("fish"), HasSubstr("-l company-name"));
  EXPECT_EQ(CompletionScript("tcsh"), "");
}

TEST(FlagsTest, Fields_AreSetByTheirDescriptors) {
  google::android::device::provisioning::v1::UnclaimDeviceRequest request;
  EXPECT_TRUE(SetField(request, "device_identifier.imei", "1", "--imei").ok());
  EXPECT_TRUE(SetField(request, "section_type", "zero-touch", "--section-type").ok());
  EXPECT_TRUE(SetField(request, "vacation_mode_days", "3", "--vacation-mode-days").ok());
  EXPECT_EQ(request.ShortDebugString(),
            "device_identifier { imei: \"1\" } section_type: SECTION_TYPE_ZERO_TOUCH "
            "vacation_mode_days: 3");
  EXPECT_THAT(SetField(request, "section_type", "x", "--section-type").ToString(),
              HasSubstr("use one of SECTION_TYPE_SIM_LOCK, SECTION_TYPE_ZERO_TOUCH"));
  EXPECT_THAT(SetField(request, "vacation_mode_days", "x", "--d").ToString(),
              HasSubstr("use a number"));
}

TEST(FlagsTest, JsonOfARule_HasItsMembersInTheirPlace) {
  Invocation invocation;
  invocation.command = &CommandNamed("sandbox faults", "create");
  invocation.values["method"] = {"operations.get"};
  invocation.values["times"] = {"2"};
  invocation.values["probability"] = {"0.5"};
  invocation.values["error-status"] = {"UNAVAILABLE"};
  invocation.values["error-retry-after"] = {"1.5s"};
  invocation.values["imei"] = {"1"};
  EXPECT_EQ(*BodyOf(invocation), R"({"method":"operations.get","times":2,"probability":0.5,)"
                                 R"("device":{"deviceIdentifier":{"imei":"1"}},)"
                                 R"("error":{"status":"UNAVAILABLE","retryAfter":"1.5s"}})");
  invocation.values["times"] = {"-1"};
  EXPECT_THAT(BodyOf(invocation).status().ToString(), HasSubstr("Invalid --times"));
  invocation.values["data"] = {R"({"delay":"1s"})"};
  EXPECT_EQ(*BodyOf(invocation), R"({"delay":"1s"})");
}

TEST(FlagsTest, Paths_HaveTheParentAndTheId) {
  Invocation invocation;
  invocation.command = &CommandNamed("devices", "history");
  invocation.partner = 11;
  invocation.positionals = {"partners/11/devices/5"};
  EXPECT_EQ(*PathOf(invocation), "/openzerotouch/v1/partners/11/devices/5/history");
  invocation.as_customer = 12;
  EXPECT_EQ(*PathOf(invocation), "/openzerotouch/v1/customers/12/devices/5/history");
  invocation.positionals.clear();
  EXPECT_FALSE(PathOf(invocation).ok());
  invocation.values["device-id"] = {"6"};
  EXPECT_EQ(*PathOf(invocation), "/openzerotouch/v1/customers/12/devices/6/history");
}

TEST(OutputTest, Tables_FitTheirColumns_AndKeepTheFirst) {
  std::vector<size_t> widths;
  const std::string table =
      TableText({"name", "text"},
                {{std::string(50, 'n'), std::string(90, '\xe9')}, {"a\x1b[2J", "b"}}, widths);
  EXPECT_THAT(table, AllOf(HasSubstr(std::string(50, 'n')), HasSubstr("\u2026"),
                           HasSubstr("a\\x1b[2J"), Not(HasSubstr("\x1b"))));
  for (const size_t width : widths) EXPECT_LE(width, 50u);
  // The next part has the same columns and no header.
  EXPECT_THAT(TableText({"name", "text"}, {{"c", "d"}}, widths), Not(HasSubstr("name")));
}

TEST(OutputTest, LongValues_ContinueBelow) {
  const std::string text = LinesText({{"name", std::string(150, 'x')}, {"b", "c"}});
  EXPECT_EQ(text,
            "name  " + std::string(94, 'x') + "\n      " + std::string(56, 'x') + "\nb     c\n");
  EXPECT_EQ(LinesText({{"name", std::string(90, 'x') + " words"}}),
            "name  " + std::string(90, 'x') + "\n      words\n");
}

TEST(EventReaderTest, Events_InAnyPieces) {
  std::vector<std::string> events;
  EventReader reader([&](std::string_view type, std::string_view data) {
    events.push_back(std::string(type) + "|" + std::string(data));
    return events.size() < 3;
  });
  const std::string text = ": hello\n\nevent: call\ndata: {\"a\":1}\r\n\r\ndata: x\ndata: y\n\n";
  for (const char c : text) EXPECT_TRUE(reader.Add({&c, 1}));
  EXPECT_THAT(events, ElementsAre("call|{\"a\":1}", "|x\ny"));
  EXPECT_FALSE(reader.Add("event: lost\ndata: {\"count\":2}\n\n"));
  EXPECT_FALSE(reader.Add("data: " + std::string(2 << 20, 'x'))) << "bounded";
}

TEST(BootTextTest, WhatThePhoneShows_IsThere) {
  const std::string text = *BootText(
      R"({"outcome":"CONFIGURED","customer":{"customerId":"5","companyName":"XYZ"},)"
      R"("configuration":{"customMessage":"Welcome\u001b","contactPhone":"+49"},)"
      R"("provisioningExtras":{"android.app.extra.PROVISIONING_LOCALE":"de_DE"},"qrCode":"{}"})");
  EXPECT_THAT(text, AllOf(HasSubstr("CONFIGURED"), HasSubstr("XYZ"), HasSubstr("Welcome\\x1b"),
                          HasSubstr("PROVISIONING_LOCALE = de_DE"), HasSubstr("\u2588")));
  EXPECT_THAT(*BootText(R"({"outcome":"UNKNOWN_DEVICE"})"),
              AllOf(HasSubstr("Nobody has registered"), Not(HasSubstr("\u2588"))));
}

}  // namespace
}  // namespace zerotouch::cli
