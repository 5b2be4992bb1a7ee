// SPDX-License-Identifier: Apache-2.0
// Binds `path=value` lines, as from the variables and the query of a URL, to a
// request.

#include "fuzz/input.h"
#include "google/android/device/provisioning/v1/companies.pb.h"
#include "google/android/device/provisioning/v1/devices.pb.h"
#include "json/json.h"

namespace api = google::android::device::provisioning::v1;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text = zerotouch::test::TextOf(data, size);
  api::UpdateConfigurationRequest patch;
  api::FindDevicesByOwnerRequest find;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    const size_t equals = std::min(line.size(), line.find('='));
    const std::string_view value = line.substr(std::min(line.size(), equals + 1));
    // The content of a message is unspecified after a failure.
    if (!zerotouch::json::BindText(line.substr(0, equals), value, patch).empty()) patch.Clear();
    if (!zerotouch::json::BindText(line.substr(0, equals), value, find).empty()) find.Clear();
  }
  std::string written;
  zerotouch::json::Append(patch, {}, written);
  api::UpdateConfigurationRequest again;
  zerotouch::test::Expect(zerotouch::json::Parse(written, again).empty(),
                          "what was bound can be written and read", written);
  return 0;
}
