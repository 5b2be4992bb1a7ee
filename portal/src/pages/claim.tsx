// SPDX-License-Identifier: Apache-2.0
import {useQueryClient} from '@tanstack/react-query';
import {useLocation} from 'wouter';
import {api} from '../api/client';
import type {DeviceIdentifier, PartnerClaim, SectionType} from '../api/types';
import {manufacturerWarning} from '../csv/manufacturers';
import {t} from '../en';
import {useCustomers} from '../model';
import {Form, useAttempt} from '../ui/attempt';
import {Button, Card, ErrorNote, Field, Note, Page, Select, tell} from '../ui/kit';
import {useUrlState} from '../ui/url';

export function ClaimPage({partner}: {partner: string}) {
  const client = useQueryClient();
  const [, go] = useLocation();
  const [url, setUrl] = useUrlState(
    'customer',
    'section',
    'imei',
    'imei2',
    'meid',
    'serial',
    'manufacturer',
    'model',
    'order',
    'phone',
    'simlock',
  );
  const customers = useCustomers(partner);
  const {busy, error, run} = useAttempt();
  const customer = url.customer || customers.data?.[0]?.companyId || '';
  const section: SectionType =
    url.section === 'SIM_LOCK' ? 'SECTION_TYPE_SIM_LOCK' : 'SECTION_TYPE_ZERO_TOUCH';
  const hasIdentifier = Boolean(url.imei || url.meid || url.serial);
  const maker = manufacturerWarning(url.manufacturer.trim());

  const submit = () =>
    run(async () => {
      const identifier: DeviceIdentifier = {};
      const set = (
        name: 'imei' | 'imei2' | 'meid' | 'serialNumber' | 'manufacturer' | 'model',
        value: string,
      ) => {
        if (value.trim()) identifier[name] = value.trim();
      };
      set('imei', url.imei);
      set('imei2', url.imei2);
      set('meid', url.meid);
      set('serialNumber', url.serial);
      set('manufacturer', url.manufacturer);
      set('model', url.model);
      const entries: Record<string, string> = {};
      if (url.order.trim()) entries['ordernumber'] = url.order.trim();
      if (url.phone.trim()) entries['phonenumber'] = url.phone.trim();
      const claim: PartnerClaim = {
        deviceIdentifier: identifier,
        sectionType: section,
        customerId: customer,
      };
      if (Object.keys(entries).length > 0) claim.deviceMetadata = {entries};
      if (section === 'SECTION_TYPE_SIM_LOCK' && url.simlock.trim())
        claim.simlockProfileId = url.simlock.trim();
      const {deviceId} = await api.post<{deviceId?: string}>(
        `/v1/partners/${partner}/devices:claim`,
        claim,
      );
      await client.invalidateQueries({queryKey: ['devices']});
      tell(t.claim.done);
      go(`/reseller/devices/${deviceId}`);
    });
  return (
    <Page
      title={t.claim.title}
      intro={t.claim.intro}
      back={{to: '/reseller/devices', text: t.devices.title}}
    >
      <Card>
        <Form onSubmit={submit}>
          <div className="fields">
            <Select
              label={t.devices.owner}
              value={customer}
              onChange={next => setUrl({customer: next})}
              options={(customers.data ?? []).map(
                each => [each.companyId ?? '', each.companyName ?? ''] as const,
              )}
            />
            <Select
              label={t.devices.section}
              value={url.section}
              onChange={next => setUrl({section: next})}
              options={[
                ['', t.sections.SECTION_TYPE_ZERO_TOUCH],
                ['SIM_LOCK', t.sections.SECTION_TYPE_SIM_LOCK],
              ]}
            />
          </div>
          <div className="fields">
            <Field
              label="IMEI"
              value={url.imei}
              onChange={imei => setUrl({imei})}
              hint={t.claim.imeiHint}
              mono
            />
            <Field
              label="IMEI 2"
              value={url.imei2}
              onChange={imei2 => setUrl({imei2})}
              hint={t.claim.imei2Hint}
              mono
            />
            <Field label="MEID" value={url.meid} onChange={meid => setUrl({meid})} mono />
            <Field
              label={t.devices.serial}
              value={url.serial}
              onChange={serial => setUrl({serial})}
              hint={t.claim.serialHint}
              mono
            />
            <Field
              label={t.devices.manufacturer}
              value={url.manufacturer}
              onChange={manufacturer => setUrl({manufacturer})}
              hint={maker || t.claim.makerHint}
            />
            <Field
              label={t.devices.modelName}
              value={url.model}
              onChange={model => setUrl({model})}
            />
            <Field label={t.claim.order} value={url.order} onChange={order => setUrl({order})} />
            <Field label={t.claim.phone} value={url.phone} onChange={phone => setUrl({phone})} />
            {section === 'SECTION_TYPE_SIM_LOCK' && (
              <Field
                label={t.claim.simlock}
                value={url.simlock}
                onChange={simlock => setUrl({simlock})}
                mono
              />
            )}
          </div>
          <Note>{t.claim.effect}</Note>
          <ErrorNote error={error} />
          <div className="actions">
            <Button type="submit" kind="primary" busy={busy} disabled={!hasIdentifier || !customer}>
              {t.claim.button}
            </Button>
          </div>
        </Form>
      </Card>
    </Page>
  );
}
