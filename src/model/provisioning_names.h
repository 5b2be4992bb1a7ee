// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_MODEL_PROVISIONING_NAMES_H_
#define ZEROTOUCH_MODEL_PROVISIONING_NAMES_H_

#include <cstdint>
#include <span>
#include <string_view>

// The names of the extras of Android's managed provisioning, as in
// android.app.admin.DevicePolicyManager (EXTRA_PROVISIONING_…).
namespace zerotouch {

// Begins the name of every extra, and the short names that setup QR codes may use.
inline constexpr std::string_view kExtraPrefix = "android.app.extra.PROVISIONING_";
inline constexpr std::string_view kShortExtraPrefix = "a.a.e.";

// Names without the prefix.
inline constexpr std::string_view kComponentName = "DEVICE_ADMIN_COMPONENT_NAME";
inline constexpr std::string_view kDownloadLocationName = "DEVICE_ADMIN_PACKAGE_DOWNLOAD_LOCATION";
inline constexpr std::string_view kPackageChecksumName = "DEVICE_ADMIN_PACKAGE_CHECKSUM";
inline constexpr std::string_view kSignatureChecksumName = "DEVICE_ADMIN_SIGNATURE_CHECKSUM";
inline constexpr std::string_view kBundleName = "ADMIN_EXTRAS_BUNDLE";
inline constexpr std::string_view kOrganizationName = "ORGANIZATION_NAME";

enum class ExtraType : uint8_t { kText, kFlag, kNumber, kBundle, kOther };

// Names the form that the text of an extra must have.
enum class ExtraForm : uint8_t { kAny, kUrl, kChecksum, kComponent, kSecret };

struct ProvisioningExtra {
  std::string_view name;  // without the prefix
  ExtraType type = ExtraType::kText;
  ExtraForm form = ExtraForm::kAny;
};

// Returns all known extras.
std::span<const ProvisioningExtra> ProvisioningExtras();

// Returns the extra with this name, which has the prefix, or is the short name: "a.a.e."
// and the initials of its words. Null if no extra has it.
const ProvisioningExtra* FindProvisioningExtra(std::string_view name);

}  // namespace zerotouch

#endif  // ZEROTOUCH_MODEL_PROVISIONING_NAMES_H_
