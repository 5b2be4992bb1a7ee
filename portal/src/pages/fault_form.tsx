// SPDX-License-Identifier: Apache-2.0
// The form of a rule that lets calls go wrong.
import type {ReactNode} from 'react';
import type {Fault} from '../api/types';
import {t} from '../en';
import {Form} from '../ui/attempt';
import {useDraft} from '../ui/draft';
import {Button, Field, Select} from '../ui/kit';

const kMethods = [
  '*',
  'token',
  'partners.devices.claim',
  'partners.devices.claimAsync',
  'partners.devices.unclaim',
  'partners.devices.unclaimAsync',
  'partners.devices.findByIdentifier',
  'partners.devices.findByOwner',
  'partners.devices.get',
  'partners.devices.getSimLockState',
  'partners.devices.metadata',
  'partners.devices.updateMetadataAsync',
  'partners.customers.create',
  'partners.customers.list',
  'partners.vendors.list',
  'customers.list',
  'customers.configurations.create',
  'customers.configurations.list',
  'customers.configurations.patch',
  'customers.devices.list',
  'customers.devices.applyConfiguration',
  'customers.devices.removeConfiguration',
  'customers.devices.unclaim',
  'customers.dpcs.list',
  'operations.get',
];
const kEffects = ['error', 'delay', 'disconnect', 'truncate', 'raw', 'item'] as const;
type Effect = (typeof kEffects)[number];
const kStatuses = [
  'UNAVAILABLE',
  'RESOURCE_EXHAUSTED',
  'INTERNAL',
  'DEADLINE_EXCEEDED',
  'PERMISSION_DENIED',
  'UNAUTHENTICATED',
  'NOT_FOUND',
  'INVALID_ARGUMENT',
  'FAILED_PRECONDITION',
  'ALREADY_EXISTS',
  'ABORTED',
  'UNKNOWN',
];
const kItemStatuses = [
  'SINGLE_DEVICE_STATUS_SECTION_NOT_YOURS',
  'SINGLE_DEVICE_STATUS_PERMISSION_DENIED',
  'SINGLE_DEVICE_STATUS_INVALID_DEVICE_IDENTIFIER',
  'SINGLE_DEVICE_STATUS_INVALID_SECTION_TYPE',
  'SINGLE_DEVICE_STATUS_DEVICE_LIMIT_EXCEEDED',
  'SINGLE_DEVICE_STATUS_OTHER_ERROR',
  'SINGLE_DEVICE_STATUS_UNKNOWN_ERROR',
] as const;
type ItemStatus = (typeof kItemStatuses)[number];

// Holds what is typed: numbers and durations as text.
const kEmpty = {
  method: '',
  effect: 'error' as Effect,
  status: 'UNAVAILABLE',
  reason: '',
  retryAfter: '',
  delay: '1.5s',
  cut: 'BEFORE' as 'BEFORE' | 'AFTER',
  bytes: '100',
  httpStatus: '502',
  body: '<h1>Bad gateway</h1>',
  item: kItemStatuses[0] as ItemStatus,
  imei: '',
  account: '',
  skip: '',
  times: '1',
  chance: '',
};
type Typed = typeof kEmpty;
type Props = {typed: Typed; set: (changes: Partial<Typed>) => void};

const kEffectOf: Record<Effect, (typed: Typed) => Fault> = {
  error: ({status, reason, retryAfter}) => ({
    error: {status, ...(reason ? {reason} : {}), ...(retryAfter ? {retryAfter} : {})},
  }),
  delay: ({delay}) => ({delay}),
  disconnect: ({cut}) => ({disconnect: cut}),
  truncate: ({bytes}) => ({truncate: Number(bytes)}),
  raw: ({httpStatus, body}) => ({
    raw: {httpStatus: Number(httpStatus), contentType: 'text/html', body},
  }),
  item: ({item}) => ({item: {status: item}}),
};

function ruleOf(typed: Typed): Fault {
  const rule = kEffectOf[typed.effect](typed);
  const [method, account, imei] = [typed.method, typed.account, typed.imei].map(each => each.trim());
  if (method && method !== '*') rule.method = method;
  if (account) rule.account = account;
  if (imei) rule.device = {deviceIdentifier: {imei}};
  if (typed.skip) rule.skip = Number(typed.skip);
  if (typed.times) rule.times = Number(typed.times);
  if (typed.chance) rule.probability = Number(typed.chance) / 100;
  return rule;
}

function ErrorFields({typed, set}: Props) {
  return (
    <>
      <Select
        label={t.faults.status}
        value={typed.status}
        onChange={status => set({status})}
        options={kStatuses.map(each => [each, each] as const)}
      />
      <Field
        label={t.faults.reason}
        value={typed.reason}
        onChange={reason => set({reason})}
        hint={t.faults.reasonHint}
        mono
      />
      <Field
        label={t.faults.retryAfter}
        value={typed.retryAfter}
        onChange={retryAfter => set({retryAfter})}
        placeholder="5s"
        mono
      />
    </>
  );
}

const kEffectFields: Record<Effect, (props: Props) => ReactNode> = {
  error: props => <ErrorFields {...props} />,
  delay: ({typed, set}) => (
    <Field label={t.faults.delay} value={typed.delay} onChange={delay => set({delay})} mono />
  ),
  disconnect: ({typed, set}) => (
    <Select
      label={t.faults.cut}
      value={typed.cut}
      onChange={cut => set({cut: cut as Typed['cut']})}
      options={(['BEFORE', 'AFTER'] as const).map(
        each => [each, t.faults.texts.disconnect[each]] as const,
      )}
    />
  ),
  truncate: ({typed, set}) => (
    <Field
      label={t.faults.bytes}
      value={typed.bytes}
      onChange={bytes => set({bytes})}
      type="number"
    />
  ),
  raw: ({typed, set}) => (
    <>
      <Field
        label={t.faults.httpStatus}
        value={typed.httpStatus}
        onChange={httpStatus => set({httpStatus})}
        type="number"
      />
      <Field label={t.faults.body} value={typed.body} onChange={body => set({body})} mono />
    </>
  ),
  item: ({typed, set}) => (
    <Select
      label={t.faults.itemStatus}
      value={typed.item}
      onChange={item => set({item: item as ItemStatus})}
      options={kItemStatuses.map(each => [each, t.perDevice(each)] as const)}
    />
  ),
};

// Asks which calls the rule takes, and when.
function WhichFields({typed, set}: Props) {
  const isItem = typed.effect === 'item';
  return (
    <>
      <Field
        label={t.faults.device}
        value={typed.imei}
        onChange={imei => set({imei})}
        mono
        required={isItem}
        hint={isItem ? t.faults.deviceNeeded : ''}
      />
      <Field
        label={t.faults.account}
        value={typed.account}
        onChange={account => set({account})}
        hint={t.faults.accountHint}
      />
      <Field
        label={t.faults.skip}
        value={typed.skip}
        onChange={skip => set({skip})}
        type="number"
        hint={t.faults.skipHint}
      />
      <Field
        label={t.faults.times}
        value={typed.times}
        onChange={times => set({times})}
        type="number"
        hint={t.faults.timesHint}
      />
      <Field
        label={t.faults.probability}
        value={typed.chance}
        onChange={chance => set({chance})}
        type="number"
        placeholder="100"
      />
    </>
  );
}

// `create` returns true once the rule is there.
export function FaultForm({
  create,
  busy,
}: {
  create: (rule: Fault) => Promise<boolean>;
  busy: boolean;
}) {
  const {draft: typed, set, forget} = useDraft('faults/new', kEmpty);
  const submit = async () => {
    if (await create(ruleOf(typed))) forget();
  };
  return (
    <Form onSubmit={submit} wide>
      <div className="fields">
        <Field
          label={t.faults.method}
          value={typed.method}
          onChange={method => set({method})}
          list={kMethods}
          placeholder="*"
          hint={t.faults.methodHint}
          mono
        />
        <Select
          label={t.faults.effect}
          value={typed.effect}
          onChange={effect => set({effect: effect as Effect})}
          options={kEffects.map(each => [each, t.faults.effects[each]] as const)}
        />
        {kEffectFields[typed.effect]({typed, set})}
        <WhichFields typed={typed} set={set} />
      </div>
      <div className="actions">
        <Button
          type="submit"
          kind="primary"
          busy={busy}
          disabled={typed.effect === 'item' && !typed.imei.trim()}
        >
          {t.faults.add}
        </Button>
      </div>
    </Form>
  );
}
