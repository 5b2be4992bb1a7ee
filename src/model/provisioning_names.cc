// SPDX-License-Identifier: Apache-2.0
#include "model/provisioning_names.h"

#include <string>

namespace zerotouch {
namespace {

using enum ExtraForm;
using enum ExtraType;

constexpr ProvisioningExtra kExtras[] = {
    {"ACCOUNT_TO_MIGRATE", kOther},
    {kBundleName, kBundle},
    {"ALLOW_OFFLINE", kFlag},
    {"ALLOWED_PROVISIONING_MODES", kOther},
    {kComponentName, kText, kComponent},
    {"DEVICE_ADMIN_MINIMUM_VERSION_CODE", kNumber},
    {kPackageChecksumName, kText, kChecksum},
    {"DEVICE_ADMIN_PACKAGE_DOWNLOAD_COOKIE_HEADER", kText, kSecret},
    {kDownloadLocationName, kText, kUrl},
    {"DEVICE_ADMIN_PACKAGE_ICON_URI"},
    {"DEVICE_ADMIN_PACKAGE_LABEL"},
    {"DEVICE_ADMIN_PACKAGE_NAME"},
    {kSignatureChecksumName, kText, kChecksum},
    {"DISCLAIMER_CONTENT"},
    {"DISCLAIMER_HEADER"},
    {"DISCLAIMERS", kOther},
    {"EMAIL_ADDRESS"},
    {"IMEI"},
    {"KEEP_ACCOUNT_ON_MIGRATION", kFlag},
    {"KEEP_SCREEN_ON", kFlag},
    {"LEAVE_ALL_SYSTEM_APPS_ENABLED", kFlag},
    {"LOCAL_TIME", kNumber},
    {"LOCALE"},
    {"LOGO_URI"},
    {"MAIN_COLOR", kNumber},
    {"MODE", kNumber},
    {kOrganizationName},
    {"RETURN_BEFORE_POLICY_COMPLIANCE", kFlag},
    {"ROLE_HOLDER_CUSTOM_USER_CONSENT_INTENT", kOther},
    {"ROLE_HOLDER_PACKAGE_CHECKSUM", kText, kChecksum},
    {"ROLE_HOLDER_PACKAGE_DOWNLOAD_COOKIE_HEADER", kText, kSecret},
    {"ROLE_HOLDER_PACKAGE_DOWNLOAD_LOCATION", kText, kUrl},
    {"ROLE_HOLDER_SIGNATURE_CHECKSUM", kText, kChecksum},
    {"SENSORS_PERMISSION_GRANT_OPT_OUT", kFlag},
    {"SERIAL_NUMBER"},
    {"SHOULD_LAUNCH_RESULT_INTENT", kFlag},
    {"SKIP_EDUCATION_SCREENS", kFlag},
    {"SKIP_ENCRYPTION", kFlag},
    {"SKIP_OWNERSHIP_DISCLAIMER", kFlag},
    {"SKIP_USER_CONSENT", kFlag},
    {"SKIP_USER_SETUP", kFlag},
    {"SUPPORT_URL", kText, kUrl},
    {"SUPPORTED_MODES", kNumber},
    {"TIME_ZONE"},
    {"TRIGGER", kNumber},
    {"USE_MOBILE_DATA", kFlag},
    {"WIFI_ANONYMOUS_IDENTITY"},
    {"WIFI_CA_CERTIFICATE"},
    {"WIFI_DOMAIN"},
    {"WIFI_EAP_METHOD"},
    {"WIFI_HIDDEN", kFlag},
    {"WIFI_IDENTITY"},
    {"WIFI_PAC_URL", kText, kUrl},
    {"WIFI_PASSWORD", kText, kSecret},
    {"WIFI_PHASE2_AUTH"},
    {"WIFI_PROXY_BYPASS"},
    {"WIFI_PROXY_HOST"},
    {"WIFI_PROXY_PORT", kNumber},
    {"WIFI_SECURITY_TYPE"},
    {"WIFI_SSID"},
    {"WIFI_USER_CERTIFICATE", kText, kSecret},
};

// Returns "PDACN" for "DEVICE_ADMIN_COMPONENT_NAME".
std::string InitialsOf(std::string_view name) {
  std::string initials = "P";
  bool begins = true;
  for (const char c : name) {
    if (begins) initials += c;
    begins = c == '_';
  }
  return initials;
}

}  // namespace

std::span<const ProvisioningExtra> ProvisioningExtras() { return kExtras; }

const ProvisioningExtra* FindProvisioningExtra(std::string_view name) {
  const bool is_short = name.starts_with(kShortExtraPrefix);
  if (!is_short && !name.starts_with(kExtraPrefix)) return nullptr;
  name.remove_prefix(is_short ? kShortExtraPrefix.size() : kExtraPrefix.size());
  for (const ProvisioningExtra& extra : kExtras) {
    if (is_short ? InitialsOf(extra.name) == name : extra.name == name) return &extra;
  }
  return nullptr;
}

}  // namespace zerotouch
