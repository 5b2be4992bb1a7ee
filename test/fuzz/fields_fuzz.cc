// SPDX-License-Identifier: Apache-2.0
// Reads the first line as a field mask of an operation, and writes an operation
// with it: the output must be JSON.

#include <google/protobuf/util/json_util.h>

#include "fuzz/input.h"
#include "google/android/device/provisioning/v1/devices.pb.h"
#include "google/longrunning/operations.pb.h"
#include "json/json.h"
#include "json/selection.h"

namespace api = google::android::device::provisioning::v1;
using google::longrunning::Operation;
using zerotouch::test::Expect;

namespace {

Operation Finished() {
  api::DevicesLongRunningOperationResponse response;
  response.set_success_count(1);
  auto& item = *response.add_per_device_status();
  item.mutable_result()->set_device_id(7);
  item.mutable_claim()->mutable_device_identifier()->set_imei("1");
  (*item.mutable_claim()->mutable_device_metadata()->mutable_entries())["a"] = "b";
  Operation operation;
  operation.set_name("operations/1");
  operation.set_done(true);
  operation.mutable_response()->PackFrom(response);
  return operation;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const Operation& operation = *new Operation(Finished());
  std::string wrong;
  const auto selection = zerotouch::json::Selection::Parse(zerotouch::test::TextOf(data, size),
                                                           *Operation::descriptor(), &wrong);
  if (!selection) return 0;
  std::string out;
  zerotouch::json::Append(operation, {.pretty = size % 2 == 0, .selection = &*selection}, out);
  Operation read;
  Expect(google::protobuf::util::JsonStringToMessage(out, &read).ok(), "what is left is JSON", out);
  Expect(read.name().empty() || read.name() == operation.name(), "values are whole", out);
  return 0;
}
