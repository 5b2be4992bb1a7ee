// SPDX-License-Identifier: Apache-2.0
// Rules that let calls go wrong on purpose.
import {useQuery, useQueryClient} from '@tanstack/react-query';
import {useMemo, useState} from 'react';
import {api} from '../api/client';
import type {Fault} from '../api/types';
import {t} from '../en';
import {lastPart} from '../model';
import {useAttempt} from '../ui/attempt';
import {
  Badge,
  Button,
  Card,
  ConfirmButton,
  Empty,
  ErrorNote,
  Field,
  Page,
  Select,
  tell,
} from '../ui/kit';
import {List} from '../ui/list';
import {Table, type Column} from '../ui/table';

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

// Rules that people often want.
const kPresets: readonly (readonly [text: string, rule: Fault])[] = [
  [t.faults.presets.busy, {times: 1, error: {status: 'RESOURCE_EXHAUSTED', retryAfter: '5s'}}],
  [t.faults.presets.flaky, {probability: 0.2, seed: '42', error: {status: 'UNAVAILABLE'}}],
  [t.faults.presets.slow, {delay: '3s'}],
  [t.faults.presets.lost, {method: 'partners.devices.claim', times: 1, disconnect: 'AFTER'}],
  [t.faults.presets.half, {times: 1, truncate: 100}],
  [
    t.faults.presets.proxy,
    {times: 1, raw: {httpStatus: 502, contentType: 'text/html', body: '<h1>Bad gateway</h1>'}},
  ],
  [t.faults.presets.token, {method: 'token', times: 1, error: {status: 'UNAUTHENTICATED'}}],
  [t.faults.presets.terms, {error: {status: 'PERMISSION_DENIED', reason: 'TOS'}}],
];

export function effectText(rule: Fault): string {
  if (rule.error) return t.faults.texts.error(rule.error.status ?? '', rule.error.reason ?? '');
  if (rule.delay) return t.faults.texts.delay(rule.delay);
  if (rule.disconnect) return t.faults.texts.disconnect[rule.disconnect];
  if (rule.raw) return t.faults.texts.raw(rule.raw.httpStatus ?? 0);
  if (rule.item) return t.faults.texts.item(t.perDevice(rule.item.status ?? ''));
  return t.faults.texts.truncate(rule.truncate ?? 0);
}

function whomText(rule: Fault): string {
  const device =
    rule.device?.deviceId ?? Object.values(rule.device?.deviceIdentifier ?? {}).join(' ');
  return (
    [rule.account, rule.partnerId, rule.customerId, device].filter(Boolean).join(', ') ||
    t.faults.everybody
  );
}

function whenText(rule: Fault): string {
  const parts: string[] = [];
  if (rule.skip) parts.push(t.faults.skips(rule.skip));
  parts.push(rule.times ? t.faults.acts(rule.times) : t.faults.forEver);
  if (rule.probability !== undefined && rule.probability < 1)
    parts.push(t.faults.chance(Math.round(rule.probability * 100)));
  return parts.join(', ');
}

function FaultForm({create, busy}: {create: (rule: Fault) => void; busy: boolean}) {
  const [method, setMethod] = useState('');
  const [effect, setEffect] = useState<Effect>('error');
  const [status, setStatus] = useState('UNAVAILABLE');
  const [reason, setReason] = useState('');
  const [retryAfter, setRetryAfter] = useState('');
  const [delay, setDelay] = useState('1.5s');
  const [cut, setCut] = useState<'BEFORE' | 'AFTER'>('BEFORE');
  const [bytes, setBytes] = useState('100');
  const [httpStatus, setHttpStatus] = useState('502');
  const [body, setBody] = useState('<h1>Bad gateway</h1>');
  const [item, setItem] = useState<ItemStatus>(kItemStatuses[0]);
  const [imei, setImei] = useState('');
  const [account, setAccount] = useState('');
  const [skip, setSkip] = useState('');
  const [times, setTimes] = useState('1');
  const [chance, setChance] = useState('');
  const submit = () => {
    const rule: Fault = {};
    if (method && method !== '*') rule.method = method;
    if (account.trim()) rule.account = account.trim();
    if (imei.trim()) rule.device = {deviceIdentifier: {imei: imei.trim()}};
    if (skip) rule.skip = Number(skip);
    if (times) rule.times = Number(times);
    if (chance) rule.probability = Number(chance) / 100;
    if (effect === 'error')
      rule.error = {status, ...(reason ? {reason} : {}), ...(retryAfter ? {retryAfter} : {})};
    if (effect === 'delay') rule.delay = delay;
    if (effect === 'disconnect') rule.disconnect = cut;
    if (effect === 'truncate') rule.truncate = Number(bytes);
    if (effect === 'raw')
      rule.raw = {httpStatus: Number(httpStatus), contentType: 'text/html', body};
    if (effect === 'item') rule.item = {status: item};
    create(rule);
  };
  return (
    <form
      className="stack"
      onSubmit={event => {
        event.preventDefault();
        submit();
      }}
    >
      <div className="fields">
        <Field
          label={t.faults.method}
          value={method}
          onChange={setMethod}
          list={kMethods}
          placeholder="*"
          hint={t.faults.methodHint}
          mono
        />
        <Select
          label={t.faults.effect}
          value={effect}
          onChange={next => setEffect(next as Effect)}
          options={kEffects.map(each => [each, t.faults.effects[each]] as const)}
        />
        {effect === 'error' && (
          <>
            <Select
              label={t.faults.status}
              value={status}
              onChange={setStatus}
              options={kStatuses.map(each => [each, each] as const)}
            />
            <Field
              label={t.faults.reason}
              value={reason}
              onChange={setReason}
              hint={t.faults.reasonHint}
              mono
            />
            <Field
              label={t.faults.retryAfter}
              value={retryAfter}
              onChange={setRetryAfter}
              placeholder="5s"
              mono
            />
          </>
        )}
        {effect === 'delay' && (
          <Field label={t.faults.delay} value={delay} onChange={setDelay} mono />
        )}
        {effect === 'disconnect' && (
          <Select
            label={t.faults.cut}
            value={cut}
            onChange={next => setCut(next as 'BEFORE' | 'AFTER')}
            options={[
              ['BEFORE', t.faults.texts.disconnect.BEFORE],
              ['AFTER', t.faults.texts.disconnect.AFTER],
            ]}
          />
        )}
        {effect === 'truncate' && (
          <Field label={t.faults.bytes} value={bytes} onChange={setBytes} type="number" />
        )}
        {effect === 'raw' && (
          <>
            <Field
              label={t.faults.httpStatus}
              value={httpStatus}
              onChange={setHttpStatus}
              type="number"
            />
            <Field label={t.faults.body} value={body} onChange={setBody} mono />
          </>
        )}
        {effect === 'item' && (
          <Select
            label={t.faults.itemStatus}
            value={item}
            onChange={next => setItem(next as ItemStatus)}
            options={kItemStatuses.map(each => [each, t.perDevice(each)] as const)}
          />
        )}
        <Field
          label={t.faults.device}
          value={imei}
          onChange={setImei}
          mono
          required={effect === 'item'}
          hint={effect === 'item' ? t.faults.deviceNeeded : ''}
        />
        <Field label={t.faults.account} value={account} onChange={setAccount} />
        <Field label={t.faults.skip} value={skip} onChange={setSkip} type="number" />
        <Field
          label={t.faults.times}
          value={times}
          onChange={setTimes}
          type="number"
          hint={t.faults.timesHint}
        />
        <Field
          label={t.faults.probability}
          value={chance}
          onChange={setChance}
          type="number"
          placeholder="100"
        />
      </div>
      <div className="actions">
        <Button type="submit" kind="primary" busy={busy}>
          {t.faults.add}
        </Button>
      </div>
    </form>
  );
}

export function FaultsPage() {
  const client = useQueryClient();
  const {busy, error, run} = useAttempt();
  const list = useQuery({
    queryKey: ['faults'],
    queryFn: async () => (await api.get<{faults?: Fault[]}>('/sandbox/v1/faults')).faults ?? [],
    refetchInterval: 2000,
  });
  const refresh = () => client.invalidateQueries({queryKey: ['faults']});
  const create = (rule: Fault) =>
    run(async () => {
      const made = await api.post<Fault>('/sandbox/v1/faults', rule);
      await refresh();
      tell(t.faults.added(lastPart(made.name)));
    });
  const columns = useMemo<Column<Fault>[]>(
    () => [
      {
        name: t.faults.method,
        isMain: true,
        width: '1.6fr',
        cell: rule => <code>{rule.method || '*'}</code>,
      },
      {name: t.faults.effect, width: '2fr', cell: rule => effectText(rule)},
      {name: t.faults.whom, width: '1.3fr', cell: rule => whomText(rule)},
      {name: t.faults.when, width: '1.3fr', cell: rule => whenText(rule)},
      {
        name: t.faults.hits,
        width: '5rem',
        cell: rule => (
          <Badge tone={Number(rule.hits ?? 0) > 0 ? 'accent' : 'plain'}>{rule.hits ?? '0'}</Badge>
        ),
      },
      {
        name: t.table.actions,
        width: '8rem',
        cell: rule => (
          <Button
            label={t.faults.removeOf(lastPart(rule.name))}
            onPress={() => void run(() => api.delete(`/sandbox/v1/${rule.name}`).then(refresh))}
          >
            {t.faults.remove}
          </Button>
        ),
      },
    ],
    [],
  );
  const rows = list.data ?? [];
  return (
    <Page
      title={t.faults.title}
      intro={t.faults.intro}
      actions={
        rows.length > 0 && (
          <ConfirmButton
            button={t.faults.removeAll}
            title={t.faults.removeAll}
            confirm={t.faults.removeAll}
            act={async () => {
              await api.delete('/sandbox/v1/faults');
              await refresh();
            }}
          />
        )
      }
    >
      <ErrorNote error={error} />
      <List
        list={list}
        isEmpty={rows.length === 0}
        empty={<Empty title={t.faults.none}>{t.faults.noneText}</Empty>}
      >
        <Table
          label={t.faults.title}
          rows={rows}
          columns={columns}
          idOf={rule => rule.name ?? ''}
        />
      </List>
      <Card title={t.faults.often}>
        <div className="actions">
          {kPresets.map(([text, rule]) => (
            <Button key={text} disabled={busy} onPress={() => void create(rule)}>
              {text}
            </Button>
          ))}
        </div>
      </Card>
      <Card title={t.faults.own}>
        <FaultForm create={rule => void create(rule)} busy={busy} />
      </Card>
    </Page>
  );
}
