// SPDX-License-Identifier: Apache-2.0
#include "wire/rest/routes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "errors/errors.h"
#include "google/api/annotations.pb.h"
#include "google/protobuf/descriptor.pb.h"
#include "wire/api_services.h"

namespace zerotouch::wire {
namespace {

using google::protobuf::DescriptorPool;
using google::protobuf::FileDescriptorProto;
using ::testing::HasSubstr;

RouteTable ApiRoutes() {
  auto table = RouteTable::Build(ApiServices());
  EXPECT_TRUE(table.ok()) << table.status();
  return *std::move(table);
}

// Returns "Service.Method body field=value;...", or the error.
std::string Describe(const RouteTable& table, std::string_view method, std::string_view target) {
  const auto match = table.Find(method, target);
  if (!match.ok()) return std::string(match.status().message());
  const Route& route = *match->route;
  const std::string body = route.body == Route::Body::kWhole  ? "*"
                           : route.body == Route::Body::kNone ? "-"
                                                              : route.body_field->name();
  std::string out = route.method->service()->name() + "." + route.method->name() + " " + body + " ";
  for (const auto& binding : match->bindings) {
    out += binding.field + "=" + binding.value + ";";
  }
  return out;
}

struct RouteCase {
  const char* method;
  const char* target;
  const char* expected;
};

// The methods in the API's reference documentation, and all methods of
// google.longrunning.Operations.
constexpr RouteCase kMethods[] = {
    {"GET", "/v1/operations/apibatchoperation/5231233147924387049",
     "Operations.GetOperation - name=operations/apibatchoperation/5231233147924387049;"},
    {"GET", "/v1/customers", "CustomerService.ListCustomers - "},
    {"POST", "/v1/customers/1/configurations",
     "CustomerService.CreateConfiguration configuration parent=customers/1;"},
    {"DELETE", "/v1/customers/1/configurations/2",
     "CustomerService.DeleteConfiguration - name=customers/1/configurations/2;"},
    {"GET", "/v1/customers/1/configurations/2",
     "CustomerService.GetConfiguration - name=customers/1/configurations/2;"},
    {"GET", "/v1/customers/1/configurations",
     "CustomerService.ListConfigurations - parent=customers/1;"},
    {"PATCH", "/v1/customers/1/configurations/2",
     "CustomerService.UpdateConfiguration configuration "
     "configuration.name=customers/1/configurations/2;"},
    {"POST", "/v1/customers/1/devices:applyConfiguration",
     "CustomerService.ApplyConfiguration * parent=customers/1;"},
    {"GET", "/v1/customers/1/devices/2", "CustomerService.GetDevice - name=customers/1/devices/2;"},
    {"GET", "/v1/customers/1/devices", "CustomerService.ListDevices - parent=customers/1;"},
    {"POST", "/v1/customers/1/devices:removeConfiguration",
     "CustomerService.RemoveConfiguration * parent=customers/1;"},
    {"POST", "/v1/customers/1/devices:unclaim",
     "CustomerService.UnclaimDevice * parent=customers/1;"},
    {"GET", "/v1/customers/1/dpcs", "CustomerService.ListDpcs - parent=customers/1;"},
    {"POST", "/v1/partners/1/customers", "PartnerService.CreateCustomer * parent=partners/1;"},
    {"GET", "/v1/partners/1/customers", "PartnerService.ListCustomers - partner_id=1;"},
    {"POST", "/v1/partners/1/devices:claim", "PartnerService.ClaimDevice * partner_id=1;"},
    {"POST", "/v1/partners/1/devices:claimAsync",
     "PartnerService.ClaimDevicesAsync * partner_id=1;"},
    {"POST", "/v1/partners/1/devices:findByIdentifier",
     "PartnerService.FindDevicesByDeviceIdentifier * partner_id=1;"},
    {"POST", "/v1/partners/1/devices:findByOwner",
     "PartnerService.FindDevicesByOwner * partner_id=1;"},
    {"GET", "/v1/partners/1/devices/2", "PartnerService.GetDevice - name=partners/1/devices/2;"},
    {"POST", "/v1/partners/1/devices:getSimLockState",
     "PartnerService.GetDeviceSimLockState * partner_id=1;"},
    {"POST", "/v1/partners/1/devices/2/metadata",
     "PartnerService.UpdateDeviceMetadata * metadata_owner_id=1;device_id=2;"},
    {"POST", "/v1/partners/1/devices:unclaim", "PartnerService.UnclaimDevice * partner_id=1;"},
    {"POST", "/v1/partners/1/devices:unclaimAsync",
     "PartnerService.UnclaimDevicesAsync * partner_id=1;"},
    {"POST", "/v1/partners/1/devices:updateMetadataAsync",
     "PartnerService.UpdateDeviceMetadataInBatch * partner_id=1;"},
    {"GET", "/v1/partners/1/vendors", "PartnerService.ListVendors - parent=partners/1;"},
    {"GET", "/v1/partners/1/vendors/2/customers",
     "PartnerService.ListVendorCustomers - parent=partners/1/vendors/2;"},
    {"GET", "/v1/operations", "Operations.ListOperations - name=operations;"},
    {"DELETE", "/v1/operations/apibatchoperation/5",
     "Operations.DeleteOperation - name=operations/apibatchoperation/5;"},
    {"POST", "/v1/operations/apibatchoperation/5:cancel",
     "Operations.CancelOperation * name=operations/apibatchoperation/5;"},
    {"POST", "/v1/operations/apibatchoperation/5:wait",
     "Operations.WaitOperation * name=operations/apibatchoperation/5;"},
};

TEST(RouteTable, Find_EveryMethodOfTheApi) {
  const RouteTable table = ApiRoutes();
  for (const RouteCase& c : kMethods) {
    EXPECT_EQ(Describe(table, c.method, c.target), c.expected) << c.method << " " << c.target;
  }
  EXPECT_EQ(table.routes().size(), std::size(kMethods));
}

TEST(RouteTable, Find_NotANumber_StillFindsTheRoute) {
  EXPECT_EQ(Describe(ApiRoutes(), "POST", "/v1/partners/abc/devices:unclaimAsync"),
            "PartnerService.UnclaimDevicesAsync * partner_id=abc;");
}

TEST(RouteTable, Find_Unknown_IsNoSuchRoute) {
  const RouteTable table = ApiRoutes();
  const RouteCase cases[] = {
      {"GET", "/", ""},
      {"GET", "/v1", ""},
      {"GET", "/v2/customers", ""},
      {"get", "/v1/customers", ""},
      {"POST", "/v1/customers", ""},
      {"GET", "/v1/partners/1/devices:unclaim", ""},
      {"POST", "/v1/partners/1/devices:nothing", ""},
      {"PUT", "/v1/customers/1/configurations/2", ""},
      {"GET", "/v1/partners//customers", ""},
      {"GET", "/v1/partners/%/customers", ""},
      {"GET", "v1/customers", ""},
      {"GET", "", ""},
  };
  for (const RouteCase& c : cases) {
    const auto match = table.Find(c.method, c.target);
    EXPECT_EQ(match.status(), errors::NoSuchRoute()) << c.method << " " << c.target;
  }
}

// Returns a file with one service whose only method has `rule`.
FileDescriptorProto FileWith(const google::api::HttpRule& rule) {
  FileDescriptorProto file;
  file.set_name("made.proto");
  file.set_package("made");
  file.set_syntax("proto3");
  file.add_dependency("google/api/annotations.proto");
  auto* message = file.add_message_type();
  message->set_name("Thing");
  const auto add_field = [&](const char* name, int number, auto type, auto label) {
    auto* field = message->add_field();
    field->set_name(name);
    field->set_number(number);
    field->set_type(type);
    field->set_label(label);
    if (type == google::protobuf::FieldDescriptorProto::TYPE_MESSAGE) {
      field->set_type_name(".made.Thing");
    }
  };
  using Field = google::protobuf::FieldDescriptorProto;
  add_field("id", 1, Field::TYPE_STRING, Field::LABEL_OPTIONAL);
  add_field("tags", 2, Field::TYPE_STRING, Field::LABEL_REPEATED);
  add_field("inner_thing", 3, Field::TYPE_MESSAGE, Field::LABEL_OPTIONAL);
  auto* method = file.add_service()->add_method();
  file.mutable_service(0)->set_name("Things");
  method->set_name("Do");
  method->set_input_type(".made.Thing");
  method->set_output_type(".made.Thing");
  *method->mutable_options()->MutableExtension(google::api::http) = rule;
  return file;
}

class MadeRoutesTest : public ::testing::Test {
 protected:
  absl::StatusOr<RouteTable> Build(const google::api::HttpRule& rule) {
    const auto* file = pool_.BuildFile(FileWith(rule));
    if (file == nullptr) return absl::InternalError("the file was refused");
    return RouteTable::Build(std::vector{file->service(0)});
  }

  DescriptorPool pool_{DescriptorPool::generated_pool()};
};

TEST_F(MadeRoutesTest, Build_CustomPatternAndAdditionalBindings_AreRoutes) {
  google::api::HttpRule rule;
  rule.mutable_custom()->set_kind("HEAD");
  rule.mutable_custom()->set_path("/v1/{id}");
  rule.add_additional_bindings()->set_put("/v1/{id}");
  rule.mutable_additional_bindings(0)->set_body("inner_thing");
  const auto table = Build(rule);
  ASSERT_TRUE(table.ok()) << table.status();
  EXPECT_EQ(Describe(*table, "HEAD", "/v1/7"), "Things.Do - id=7;");
  EXPECT_EQ(Describe(*table, "PUT", "/v1/7"), "Things.Do inner_thing id=7;");
}

struct BadRule {
  const char* path;
  const char* body;
  const char* also;
  const char* expected;
};

class BadRuleTest : public MadeRoutesTest, public ::testing::WithParamInterface<BadRule> {};

TEST_P(BadRuleTest, Build_IsRefused) {
  google::api::HttpRule rule;
  if (*GetParam().path != '\0') rule.set_post(GetParam().path);
  rule.set_body(GetParam().body);
  if (*GetParam().also != '\0') rule.add_additional_bindings()->set_post(GetParam().also);
  const auto table = Build(rule);
  ASSERT_FALSE(table.ok());
  EXPECT_THAT(std::string(table.status().message()), HasSubstr(GetParam().expected));
}

INSTANTIATE_TEST_SUITE_P(
    All, BadRuleTest,
    ::testing::Values(BadRule{"", "", "", "the pattern is missing"},
                      BadRule{"/v1/{", "", "", "expected a field name"},
                      BadRule{"/v1/{nothing}", "", "", "nothing is not a single scalar field"},
                      BadRule{"/v1/{tags}", "", "", "tags is not a single scalar field"},
                      BadRule{"/v1/{inner_thing}", "", "", "is not a single scalar field"},
                      BadRule{"/v1/{id}", "id", "", "the body id is not a message field"},
                      BadRule{"/v1/{id}", "nothing", "", "the body nothing is not a message field"},
                      BadRule{"/v1/{id}", "*", "/v1/{id}", "has the route of made.Things.Do"}));

TEST(FindField, Names_InEitherCase) {
  const auto* message = DescriptorPool::generated_pool()->FindMessageTypeByName(
      "google.android.device.provisioning.v1.UpdateConfigurationRequest");
  ASSERT_NE(message, nullptr);
  std::string path;
  ASSERT_NE(FindField(*message, "updateMask", &path), nullptr);
  EXPECT_EQ(path, "update_mask");
  ASSERT_NE(FindField(*message, "configuration.dpcExtras", &path), nullptr);
  EXPECT_EQ(path, "configuration.dpc_extras");
  for (const char* none : {"", "updateMask.", "nothing", "configuration.name.x", "Configuration"}) {
    EXPECT_EQ(FindField(*message, none, &path), nullptr) << none;
  }
}

}  // namespace
}  // namespace zerotouch::wire
