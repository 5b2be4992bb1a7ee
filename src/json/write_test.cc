// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "google/android/device/provisioning/v1/devices.pb.h"
#include "google/longrunning/operations.pb.h"
#include "json/json.h"
#include "json/selection.h"

namespace zerotouch::json {
namespace {

namespace api = google::android::device::provisioning::v1;

google::longrunning::Operation FinishedOperation() {
  api::DevicesLongRunningOperationResponse response;
  response.set_success_count(1);
  for (const char* imei : {"1", "2"}) {
    auto& item = *response.add_per_device_status();
    item.mutable_result()->set_status(api::SINGLE_DEVICE_STATUS_SUCCESS);
    item.mutable_result()->set_device_id(7);
    item.mutable_unclaim()->mutable_device_identifier()->set_imei(imei);
  }
  google::longrunning::Operation operation;
  operation.set_name("operations/1");
  operation.set_done(true);
  operation.mutable_response()->PackFrom(response);
  return operation;
}

template <class T>
std::string Selected(const T& message, const std::string& mask) {
  std::string wrong;
  const auto selection = Selection::Parse(mask, *T::descriptor(), &wrong);
  if (!selection) return "wrong: " + wrong;
  std::string out;
  Append(message, {.pretty = false, .selection = &*selection}, out);
  return out;
}

TEST(Selection, OfAnOperation) {
  const auto operation = FinishedOperation();
  const std::string type = R"({"@type":"type.googleapis.com/google.android.device.provisioning.v1.)"
                           R"(DevicesLongRunningOperationResponse")";
  const std::pair<const char*, std::string> cases[] = {
      {"name", R"({"name":"operations/1"})"},
      {"done,name", R"({"name":"operations/1","done":true})"},
      {"error", "{}"},
      {"response/successCount", R"({"response":)" + type + R"(,"successCount":1}})"},
      {"response.perDeviceStatus.result.deviceId",
       R"({"response":)" + type +
           R"(,"perDeviceStatus":[{"result":{"deviceId":"7"}},{"result":{"deviceId":"7"}}]}})"},
      {"name,response(perDeviceStatus(unclaim/deviceIdentifier/imei))",
       R"({"name":"operations/1","response":)" + type +
           R"(,"perDeviceStatus":[{"unclaim":{"deviceIdentifier":{"imei":"1"}}},)"
           R"({"unclaim":{"deviceIdentifier":{"imei":"2"}}}]}})"},
      {"response/nothing", R"({"response":)" + type + "}}"},
      {"name,name/x", "wrong: name/x"},
      {"nope", "wrong: nope"},
      {"name,", "wrong: "},
      {"name, done", "wrong: "},
      {"name)", "wrong: )"},
      {"response(successCount", "wrong: response"},
  };
  for (const auto& [mask, text] : cases) EXPECT_EQ(Selected(operation, mask), text) << mask;
  EXPECT_EQ(Selected(operation, "*").substr(0, 30), R"({"name":"operations/1","done":)");
}

TEST(Selection, OfADevice) {
  api::Device device;
  device.set_device_id(9);
  device.mutable_device_identifier()->set_imei("1");
  device.mutable_device_identifier()->set_serial_number("S");
  (*device.mutable_device_metadata()->mutable_entries())["a"] = "1";
  (*device.mutable_device_metadata()->mutable_entries())["b"] = "2";
  device.add_claims()->set_owner_company_id(5);
  const std::pair<const char*, const char*> cases[] = {
      {"device_id", R"({"deviceId":"9"})"},
      {"deviceIdentifier(imei)", R"({"deviceIdentifier":{"imei":"1"}})"},
      {"deviceIdentifier/imei,deviceIdentifier",
       R"({"deviceIdentifier":{"imei":"1","serialNumber":"S"}})"},
      {"deviceIdentifier,deviceIdentifier/imei",
       R"({"deviceIdentifier":{"imei":"1","serialNumber":"S"}})"},
      {"deviceIdentifier(imei,serialNumber)",
       R"({"deviceIdentifier":{"imei":"1","serialNumber":"S"}})"},
      {"deviceMetadata/entries/b", R"({"deviceMetadata":{"entries":{"b":"2"}}})"},
      {"claims/*", R"({"claims":[{"ownerCompanyId":"5"}]})"},
      {"claims/resellerId", R"({"claims":[{}]})"},
      {"*/imei", R"({"deviceId":"9","deviceIdentifier":{"imei":"1"},"deviceMetadata":{},)"
                 R"("claims":[{}]})"},
      {"claims(ownerCompanyId,nope)", "wrong: claims/nope"},
      {"((((((", "wrong: "},
  };
  for (const auto& [mask, text] : cases) EXPECT_EQ(Selected(device, mask), text) << mask;
}

TEST(Selection, DeepParentheses_AreRefused) {
  std::string mask = "response(";
  for (int i = 0; i < 1000; ++i) mask += "a(";
  EXPECT_TRUE(Selected(google::longrunning::Operation(), mask).starts_with("wrong: response/a"));
}

}  // namespace
}  // namespace zerotouch::json
