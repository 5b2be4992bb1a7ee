// SPDX-License-Identifier: Apache-2.0
// A phone that starts for the first time, and the setup screens that it shows.
import {useMutation} from '@tanstack/react-query';
import {useState, type ReactNode} from 'react';
import {api} from '../api/client';
import type {BootAnswer, DeviceIdentifier} from '../api/types';
import {t} from '../en';
import {kExtraPrefix} from '../extras/names';
import {Form} from '../ui/attempt';
import {Badge, Button, Card, ErrorNote, Facts, Field, Note, Page} from '../ui/kit';
import {QrCode} from '../ui/qr';
import {useUrlState} from '../ui/url';

type Screen = {title: string; body: ReactNode};

function textOf(extras: Record<string, unknown> | undefined, name: string): string {
  const value = extras?.[kExtraPrefix + name];
  return typeof value === 'string' ? value : '';
}

function screensOf(answer: BootAnswer): Screen[] {
  const welcome: Screen = {title: t.phone.welcome, body: <p>{t.phone.welcomeText}</p>};
  const check: Screen = {title: t.phone.checking, body: <p>{t.phone.checkingText}</p>};
  if (answer.outcome !== 'CONFIGURED') {
    return [welcome, check, {title: t.phone.personal, body: <p>{t.phone.personalText}</p>}];
  }
  const {configuration, provisioningExtras} = answer;
  const company = configuration?.companyName || answer.customer?.companyName || '';
  const component = textOf(provisioningExtras, 'DEVICE_ADMIN_COMPONENT_NAME');
  const app = component.split('/')[0] || textOf(provisioningExtras, 'DEVICE_ADMIN_PACKAGE_NAME');
  return [
    welcome,
    check,
    {
      title: t.phone.managed(company),
      body: (
        <>
          {configuration?.customMessage && <p>{configuration.customMessage}</p>}
          <p className="muted">{t.phone.contact}</p>
          <p>
            {configuration?.contactEmail}
            <br />
            {configuration?.contactPhone}
          </p>
        </>
      ),
    },
    {title: t.phone.terms, body: <p>{t.phone.termsText(company)}</p>},
    {
      title: t.phone.installing,
      body: (
        <>
          <p>{t.phone.installingText}</p>
          <Facts
            rows={[
              [t.phone.app, <code>{app || t.phone.unknownApp}</code>],
              [
                t.phone.from,
                textOf(provisioningExtras, 'DEVICE_ADMIN_PACKAGE_DOWNLOAD_LOCATION') ||
                  t.phone.play,
              ],
            ]}
          />
        </>
      ),
    },
    {title: t.phone.done, body: <p>{t.phone.doneText(company)}</p>},
  ];
}

function Phone({answer}: {answer: BootAnswer}) {
  const [at, setAt] = useState(0);
  const screens = screensOf(answer);
  const screen = screens[at] ?? screens[0]!;
  return (
    <section className="phone" aria-label={t.phone.phone}>
      <div className="phone-bar" aria-hidden="true">
        <span>09:41</span>
        <span>▂▄▆ 100 %</span>
      </div>
      <div className="phone-screen" aria-live="polite">
        <h3>{screen.title}</h3>
        {screen.body}
      </div>
      <div className="phone-foot">
        <Button kind="quiet" disabled={at === 0} onPress={() => setAt(at - 1)}>
          {t.phone.back}
        </Button>
        <span className="muted small">
          {at + 1} / {screens.length}
        </span>
        <Button kind="primary" disabled={at === screens.length - 1} onPress={() => setAt(at + 1)}>
          {t.phone.next}
        </Button>
      </div>
    </section>
  );
}

export function PhonePage() {
  const [url, setUrl] = useUrlState('imei', 'serial', 'manufacturer', 'model');
  const boot = useMutation({
    mutationFn: (deviceIdentifier: DeviceIdentifier) =>
      api.post<BootAnswer>('/sandbox/v1/devices:boot', {deviceIdentifier}),
  });
  const start = () => {
    const identifier: DeviceIdentifier = {};
    if (url.imei.trim()) identifier.imei = url.imei.trim();
    if (url.serial.trim()) identifier.serialNumber = url.serial.trim();
    if (url.manufacturer.trim()) identifier.manufacturer = url.manufacturer.trim();
    if (url.model.trim()) identifier.model = url.model.trim();
    boot.mutate(identifier);
  };
  const outcome = boot.data?.outcome ?? 'BOOT_OUTCOME_UNSPECIFIED';
  return (
    <Page title={t.phone.title} intro={t.phone.intro}>
      <div className="phone-layout">
        <div className="stack">
          <Card>
            <Form onSubmit={start}>
              <div className="fields">
                <Field label="IMEI" value={url.imei} onChange={imei => setUrl({imei})} mono />
                <Field
                  label={t.devices.serial}
                  value={url.serial}
                  onChange={serial => setUrl({serial})}
                  mono
                />
                <Field
                  label={t.devices.manufacturer}
                  value={url.manufacturer}
                  onChange={manufacturer => setUrl({manufacturer})}
                />
                <Field
                  label={t.devices.modelName}
                  value={url.model}
                  onChange={model => setUrl({model})}
                />
              </div>
              <div className="actions">
                <Button
                  type="submit"
                  kind="primary"
                  busy={boot.isPending}
                  disabled={!url.imei.trim() && !url.serial.trim()}
                >
                  {t.phone.start}
                </Button>
              </div>
            </Form>
          </Card>
          <ErrorNote error={boot.error} />
          {boot.data && (
            <Card
              title={t.phone.outcome}
              actions={
                <Badge tone={outcome === 'CONFIGURED' ? 'ok' : 'warn'}>
                  {t.phone.outcomes[outcome]}
                </Badge>
              }
            >
              <p>{t.phone.outcomeTexts[outcome]}</p>
              <Facts
                rows={[
                  boot.data.customer
                    ? ([
                        t.devices.owner,
                        `${boot.data.customer.companyName} (${boot.data.customer.customerId})`,
                      ] as const)
                    : null,
                  boot.data.configuration
                    ? ([
                        t.customerDevices.configuration,
                        boot.data.configuration.configurationName,
                      ] as const)
                    : null,
                ]}
              />
              {boot.data.provisioningExtras && (
                <>
                  <h3>{t.phone.extras}</h3>
                  <pre tabIndex={0}>{JSON.stringify(boot.data.provisioningExtras, null, 2)}</pre>
                </>
              )}
              {boot.data.qrCode && (
                <>
                  <h3>{t.configurations.qr}</h3>
                  <QrCode text={boot.data.qrCode} label={t.configurations.qr} />
                </>
              )}
            </Card>
          )}
          {!boot.data && !boot.error && <Note>{t.phone.hint}</Note>}
        </div>
        {boot.data && <Phone answer={boot.data} key={boot.submittedAt} />}
      </div>
    </Page>
  );
}
