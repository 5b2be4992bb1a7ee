// SPDX-License-Identifier: Apache-2.0
// Rules that let calls go wrong on purpose.
import {useQuery, useQueryClient} from '@tanstack/react-query';
import {useMemo} from 'react';
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
  Page,
  tell,
} from '../ui/kit';
import {List} from '../ui/list';
import {Table, type Column} from '../ui/table';
import {FaultForm} from './fault_form';

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
  [t.faults.presets.tokenDown, {method: 'token', times: 1, error: {status: 'UNAVAILABLE'}}],
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
        width: '2.2fr',
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
        <FaultForm create={create} busy={busy} />
      </Card>
    </Page>
  );
}
