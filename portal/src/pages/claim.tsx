// SPDX-License-Identifier: Apache-2.0
// The form that claims one device. What is typed is in the page's address.
import {useQueryClient} from '@tanstack/react-query';
import {useLocation} from 'wouter';
import {api, ApiError} from '../api/client';
import type {Company, PartnerClaim} from '../api/types';
import {manufacturerWarning} from '../csv/manufacturers';
import {t} from '../en';
import {useCustomers} from '../model';
import {Form, useAttempt} from '../ui/attempt';
import {Button, Card, ErrorNote, Field, Note, Page, Select, tell} from '../ui/kit';
import {useUrlState} from '../ui/url';

const kFields = [
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
] as const;
type Typed = Record<(typeof kFields)[number], string>;

// Returns the claim that is typed.
function claimOf(typed: Typed, customerId: string): PartnerClaim {
  const given = <Name extends string>(values: Record<Name, string>) =>
    Object.fromEntries(
      Object.entries<string>(values)
        .map(([name, value]) => [name, value.trim()] as const)
        .filter(([, value]) => value),
    );
  const {imei, imei2, meid, serial: serialNumber, manufacturer, model} = typed;
  const claim: PartnerClaim = {
    deviceIdentifier: given({imei, imei2, meid, serialNumber, manufacturer, model}),
    sectionType: 'SECTION_TYPE_ZERO_TOUCH',
    customerId,
  };
  const entries = given({ordernumber: typed.order, phonenumber: typed.phone});
  if (Object.keys(entries).length > 0) claim.deviceMetadata = {entries};
  if (typed.section !== 'SIM_LOCK') return claim;
  return {
    ...claim,
    sectionType: 'SECTION_TYPE_SIM_LOCK',
    ...(typed.simlock.trim() ? {simlockProfileId: typed.simlock.trim()} : {}),
  };
}

type FieldsProps = {typed: Typed; set: (changes: Partial<Typed>) => void};

function ForWhom({
  typed,
  set,
  customer,
  customers,
}: FieldsProps & {customer: string; customers: Company[]}) {
  return (
    <div className="fields">
      <Select
        label={t.devices.owner}
        value={customer}
        onChange={next => set({customer: next})}
        options={customers.map(each => [each.companyId ?? '', each.companyName ?? ''] as const)}
      />
      <Select
        label={t.devices.section}
        value={typed.section}
        onChange={section => set({section})}
        options={[
          ['', t.sections.SECTION_TYPE_ZERO_TOUCH],
          ['SIM_LOCK', t.sections.SECTION_TYPE_SIM_LOCK],
        ]}
      />
    </div>
  );
}

function DeviceFields({typed, set}: FieldsProps) {
  const field = (name: keyof Typed, label: string, hint = '', mono = false) => (
    <Field
      label={label}
      value={typed[name]}
      onChange={value => set({[name]: value})}
      hint={hint}
      mono={mono}
    />
  );
  const maker = manufacturerWarning(typed.manufacturer.trim());
  return (
    <div className="fields">
      {field('imei', t.upload.columns.imei, t.claim.imeiHint, true)}
      {field('imei2', t.upload.columns.imei2, t.claim.imei2Hint, true)}
      {field('meid', t.upload.columns.meid, '', true)}
      {field('serial', t.devices.serial, t.claim.serialHint, true)}
      {field('manufacturer', t.devices.manufacturer, maker || t.claim.makerHint)}
      {field('model', t.devices.modelName)}
      {field('order', t.claim.order)}
      {field('phone', t.claim.phone)}
      {typed.section === 'SIM_LOCK' && field('simlock', t.claim.simlock, '', true)}
    </div>
  );
}

export function ClaimPage({partner}: {partner: string}) {
  const client = useQueryClient();
  const [, go] = useLocation();
  const [typed, set] = useUrlState(...kFields);
  const customers = useCustomers(partner);
  const {busy, error, run} = useAttempt();
  const customer = typed.customer || customers.data?.[0]?.companyId || '';
  const submit = () =>
    run(async () => {
      const {deviceId} = await api.post<{deviceId?: string}>(
        `/v1/partners/${partner}/devices:claim`,
        claimOf(typed, customer),
      );
      await client.invalidateQueries({queryKey: ['devices']});
      tell(t.claim.done);
      go(`/reseller/devices/${deviceId}`);
    });
  const hasIdentifier = Boolean(typed.imei || typed.meid || typed.serial);
  return (
    <Page
      title={t.claim.title}
      intro={t.claim.intro}
      back={{to: '/reseller/devices', text: t.devices.title}}
    >
      <ErrorNote error={customers.error} retry={() => void customers.refetch()} />
      <Card>
        <Form onSubmit={submit}>
          <ForWhom typed={typed} set={set} customer={customer} customers={customers.data ?? []} />
          <DeviceFields typed={typed} set={set} />
          <Note>{t.claim.effect}</Note>
          <ErrorNote error={error} />
          {error instanceof ApiError && error.isLost && <Note>{t.claim.again}</Note>}
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
