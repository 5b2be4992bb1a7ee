// SPDX-License-Identifier: Apache-2.0
// Parses a text as a message with src/json and with protobuf's JSON code. A text
// that both accept must give the same message; protobuf must accept all texts that
// src/json accepts (and accepts invalid JSON besides); and both must read the JSON
// that src/json writes as the same message.
//
// The first byte of an input selects the type. No type has a field mask, because
// protobuf is inconsistent about names with several capitals in a row.

#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/message_differencer.h>

#include <memory>

#include "fuzz/input.h"
#include "google/android/device/provisioning/v1/companies.pb.h"
#include "google/android/device/provisioning/v1/devices.pb.h"
#include "google/longrunning/operations.pb.h"
#include "json/json.h"

namespace api = google::android::device::provisioning::v1;
using google::protobuf::Message;
using google::protobuf::util::JsonStringToMessage;
using google::protobuf::util::MessageDifferencer;
using zerotouch::test::Expect;

namespace {

const Message& TypeOf(uint8_t choice) {
  static const Message* const types[] = {
      &api::ClaimDevicesRequest::default_instance(),
      &api::UnclaimDevicesRequest::default_instance(),
      &api::FindDevicesByOwnerRequest::default_instance(),
      &api::Configuration::default_instance(),
      &api::CreateCustomerRequest::default_instance(),
      &api::UpdateDeviceMetadataInBatchRequest::default_instance(),
      &google::longrunning::Operation::default_instance(),
  };
  return *types[choice % std::size(types)];
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const Message& type = TypeOf(data[0]);
  const std::string text(zerotouch::test::TextOf(data + 1, size - 1));
  const std::unique_ptr<Message> ours(type.New());
  std::string read = text;
  if (!zerotouch::json::Parse(read, *ours).empty()) return 0;
  Expect(read == text, "the text keeps its bytes");
  if (text.find_first_not_of(" \t\r\n") == std::string::npos) return 0;

  const std::unique_ptr<Message> theirs(type.New());
  const auto status = JsonStringToMessage(text, theirs.get());
  Expect(status.ok(), "protobuf takes it too", text + "\n" + status.ToString());
  Expect(MessageDifferencer::Equals(*ours, *theirs), "it means the same",
         text + "\n" + ours->DebugString() + "\n" + theirs->DebugString());

  std::string written;
  zerotouch::json::Append(*ours, {.pretty = data[0] >= 128}, written);
  const std::unique_ptr<Message> again(type.New());
  Expect(
      JsonStringToMessage(written, again.get()).ok() && MessageDifferencer::Equals(*again, *theirs),
      "protobuf reads what was written", written);
  again->Clear();
  Expect(zerotouch::json::Parse(written, *again).empty() &&
             MessageDifferencer::Equals(*again, *theirs),
         "what was written is read back", written);
  return 0;
}
