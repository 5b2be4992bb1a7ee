// SPDX-License-Identifier: Apache-2.0
// The QR code that sets up a phone that is not registered.
import {useMemo} from 'react';
import {t} from '../en';
import {kExtraPrefix} from '../extras/names';
import {useDraft} from '../ui/draft';
import {Field} from '../ui/kit';
import {QrCode} from '../ui/qr';

const kComponent = `${kExtraPrefix}DEVICE_ADMIN_COMPONENT_NAME`;
const kLocation = `${kExtraPrefix}DEVICE_ADMIN_PACKAGE_DOWNLOAD_LOCATION`;
const kChecksum = `${kExtraPrefix}DEVICE_ADMIN_SIGNATURE_CHECKSUM`;
const kPackageChecksum = `${kExtraPrefix}DEVICE_ADMIN_PACKAGE_CHECKSUM`;

const kUnknown = {component: '', location: '', checksum: ''};

// Holds what phones need to know of the DPC that Google publishes (src/sandbox/seed.cc).
const kKnownDpcs: Record<string, typeof kUnknown> = {
  'com.google.android.apps.work.clouddpc': {
    component: 'com.google.android.apps.work.clouddpc/.receivers.CloudDeviceAdminReceiver',
    location: 'https://play.google.com/managed/downloadManagingApp?identifier=setup',
    checksum: 'I5YvS0O5hXY46mb01BlRjq4oJJGs2kuUcHvVkAPEXlg',
  },
};

// A QR code that sets a phone up as this configuration would, for phones that are not registered.
export function SetupQr({extras, packageName}: {extras: string; packageName: string}) {
  const members = useMemo(() => {
    try {
      const value: unknown = extras === '' ? {} : JSON.parse(extras);
      return value !== null && typeof value === 'object' && !Array.isArray(value)
        ? (value as Record<string, unknown>)
        : null;
    } catch {
      return null;
    }
  }, [extras]);
  const {draft, set} = useDraft(`setup/${packageName}`, kKnownDpcs[packageName] ?? kUnknown);
  const {component, location, checksum} = draft;
  if (!members) return <p className="muted">{t.configurations.qrBroken}</p>;
  const text = (name: string, typed: string) =>
    typeof members[name] === 'string' ? (members[name] as string) : typed.trim();
  const bundle: Record<string, unknown> = {};
  if (text(kComponent, component)) bundle[kComponent] = text(kComponent, component);
  if (text(kLocation, location)) bundle[kLocation] = text(kLocation, location);
  if (!members[kPackageChecksum] && text(kChecksum, checksum))
    bundle[kChecksum] = text(kChecksum, checksum);
  Object.assign(bundle, members);
  const isComplete = Boolean(
    bundle[kComponent] && bundle[kLocation] && (bundle[kChecksum] || bundle[kPackageChecksum]),
  );
  return (
    <>
      <p className="hint">{t.configurations.qrText}</p>
      {!members[kComponent] && (
        <Field
          label={t.configurations.component}
          value={component}
          onChange={next => set({component: next})}
          mono
          placeholder={packageName ? `${packageName}/.AdminReceiver` : ''}
        />
      )}
      {!members[kLocation] && (
        <Field
          label={t.configurations.location}
          value={location}
          onChange={next => set({location: next})}
          mono
          placeholder="https://"
        />
      )}
      {!members[kChecksum] && !members[kPackageChecksum] && (
        <Field
          label={t.configurations.checksum}
          value={checksum}
          onChange={next => set({checksum: next})}
          mono
        />
      )}
      {isComplete ? (
        <QrCode text={JSON.stringify(bundle)} label={t.configurations.qr} />
      ) : (
        <p className="muted">{t.configurations.qrMissing}</p>
      )}
    </>
  );
}
