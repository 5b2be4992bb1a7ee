// SPDX-License-Identifier: Apache-2.0
// The names of the extras of Android's managed provisioning (src/model/provisioning_names.h).

export const kExtraPrefix = 'android.app.extra.PROVISIONING_';
export const kShortPrefix = 'a.a.e.';

type Type = 'text' | 'flag' | 'number' | 'bundle' | 'other';
type Form = 'any' | 'url' | 'checksum' | 'component' | 'secret';
export type Extra = {name: string; type: Type; form: Form};

const extra = (name: string, type: Type = 'text', form: Form = 'any'): Extra => ({
  name,
  type,
  form,
});

export const kExtras: readonly Extra[] = [
  extra('ACCOUNT_TO_MIGRATE', 'other'),
  extra('ADMIN_EXTRAS_BUNDLE', 'bundle'),
  extra('ALLOW_OFFLINE', 'flag'),
  extra('ALLOWED_PROVISIONING_MODES', 'other'),
  extra('DEVICE_ADMIN_COMPONENT_NAME', 'text', 'component'),
  extra('DEVICE_ADMIN_MINIMUM_VERSION_CODE', 'number'),
  extra('DEVICE_ADMIN_PACKAGE_CHECKSUM', 'text', 'checksum'),
  extra('DEVICE_ADMIN_PACKAGE_DOWNLOAD_COOKIE_HEADER', 'text', 'secret'),
  extra('DEVICE_ADMIN_PACKAGE_DOWNLOAD_LOCATION', 'text', 'url'),
  extra('DEVICE_ADMIN_PACKAGE_ICON_URI'),
  extra('DEVICE_ADMIN_PACKAGE_LABEL'),
  extra('DEVICE_ADMIN_PACKAGE_NAME'),
  extra('DEVICE_ADMIN_SIGNATURE_CHECKSUM', 'text', 'checksum'),
  extra('DISCLAIMER_CONTENT'),
  extra('DISCLAIMER_HEADER'),
  extra('DISCLAIMERS', 'other'),
  extra('EMAIL_ADDRESS'),
  extra('IMEI'),
  extra('KEEP_ACCOUNT_ON_MIGRATION', 'flag'),
  extra('KEEP_SCREEN_ON', 'flag'),
  extra('LEAVE_ALL_SYSTEM_APPS_ENABLED', 'flag'),
  extra('LOCAL_TIME', 'number'),
  extra('LOCALE'),
  extra('LOGO_URI'),
  extra('MAIN_COLOR', 'number'),
  extra('MODE', 'number'),
  extra('ORGANIZATION_NAME'),
  extra('RETURN_BEFORE_POLICY_COMPLIANCE', 'flag'),
  extra('ROLE_HOLDER_CUSTOM_USER_CONSENT_INTENT', 'other'),
  extra('ROLE_HOLDER_PACKAGE_CHECKSUM', 'text', 'checksum'),
  extra('ROLE_HOLDER_PACKAGE_DOWNLOAD_COOKIE_HEADER', 'text', 'secret'),
  extra('ROLE_HOLDER_PACKAGE_DOWNLOAD_LOCATION', 'text', 'url'),
  extra('ROLE_HOLDER_SIGNATURE_CHECKSUM', 'text', 'checksum'),
  extra('SENSORS_PERMISSION_GRANT_OPT_OUT', 'flag'),
  extra('SERIAL_NUMBER'),
  extra('SHOULD_LAUNCH_RESULT_INTENT', 'flag'),
  extra('SKIP_EDUCATION_SCREENS', 'flag'),
  extra('SKIP_ENCRYPTION', 'flag'),
  extra('SKIP_OWNERSHIP_DISCLAIMER', 'flag'),
  extra('SKIP_USER_CONSENT', 'flag'),
  extra('SKIP_USER_SETUP', 'flag'),
  extra('SUPPORT_URL', 'text', 'url'),
  extra('SUPPORTED_MODES', 'number'),
  extra('TIME_ZONE'),
  extra('TRIGGER', 'number'),
  extra('USE_MOBILE_DATA', 'flag'),
  extra('WIFI_ANONYMOUS_IDENTITY'),
  extra('WIFI_CA_CERTIFICATE'),
  extra('WIFI_DOMAIN'),
  extra('WIFI_EAP_METHOD'),
  extra('WIFI_HIDDEN', 'flag'),
  extra('WIFI_IDENTITY'),
  extra('WIFI_PAC_URL', 'text', 'url'),
  extra('WIFI_PASSWORD', 'text', 'secret'),
  extra('WIFI_PHASE2_AUTH'),
  extra('WIFI_PROXY_BYPASS'),
  extra('WIFI_PROXY_HOST'),
  extra('WIFI_PROXY_PORT', 'number'),
  extra('WIFI_SECURITY_TYPE'),
  extra('WIFI_SSID'),
  extra('WIFI_USER_CERTIFICATE', 'text', 'secret'),
];

// Returns "PDACN" for "DEVICE_ADMIN_COMPONENT_NAME".
function initialsOf(name: string): string {
  return `P${name
    .split('_')
    .map(word => word[0])
    .join('')}`;
}

// Returns the extra with this name, which has the prefix, or is the short name.
export function findExtra(name: string): Extra | undefined {
  if (name.startsWith(kShortPrefix)) {
    return kExtras.find(each => initialsOf(each.name) === name.slice(kShortPrefix.length));
  }
  if (!name.startsWith(kExtraPrefix)) return undefined;
  return kExtras.find(each => each.name === name.slice(kExtraPrefix.length));
}
