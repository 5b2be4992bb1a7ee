// SPDX-License-Identifier: Apache-2.0
// The sandbox's clock, its operations and its snapshots.
import {useQuery, useQueryClient} from '@tanstack/react-query';
import {useMemo, useState} from 'react';
import {api} from '../api/client';
import type {Clock, Snapshot} from '../api/types';
import {t} from '../en';
import {kAllButSession, lastPart} from '../model';
import {useAttempt} from '../ui/attempt';
import {
  Badge,
  Button,
  Card,
  ConfirmButton,
  Empty,
  ErrorNote,
  Facts,
  Field,
  Loading,
  Page,
  tell,
  Time,
} from '../ui/kit';
import {List} from '../ui/list';
import {Table, type Column} from '../ui/table';

const kSteps = [
  ['3600s', t.controls.hour],
  ['86400s', t.controls.day],
  ['2592000s', t.controls.month],
] as const;

// Runs `act` and shows what went wrong.
function useAct(): [unknown, boolean, (act: () => Promise<unknown>, text?: string) => void] {
  const client = useQueryClient();
  const {busy, error, run} = useAttempt();
  const runAndRead = (act: () => Promise<unknown>, text?: string) =>
    void run(async () => {
      await act();
      await client.invalidateQueries(kAllButSession);
      if (text) tell(text);
    });
  return [error, busy, runAndRead];
}

function ClockCard() {
  const [error, busy, run] = useAct();
  const [days, setDays] = useState('');
  const clock = useQuery({
    queryKey: ['clock'],
    queryFn: () => api.get<Clock>('/sandbox/v1/clock'),
    refetchInterval: 5000,
  });
  const advance = (duration: string) =>
    run(() => api.post('/sandbox/v1/clock:advance', {duration}), t.controls.advanced);
  return (
    <Card title={t.controls.clock}>
      {clock.isPending && <Loading />}
      <ErrorNote error={error} />
      <ErrorNote error={clock.error} retry={() => void clock.refetch()} />
      {clock.data && (
        <Facts
          rows={[
            [t.controls.now, <Time at={clock.data.now} />],
            [
              t.controls.state,
              clock.data.frozen ? (
                <Badge tone="warn">{t.controls.frozen}</Badge>
              ) : (
                <Badge tone="ok">{t.controls.runs}</Badge>
              ),
            ],
          ]}
        />
      )}
      <p className="hint">{t.controls.clockText}</p>
      <div className="actions">
        {kSteps.map(([duration, text]) => (
          <Button key={duration} disabled={busy} onPress={() => advance(duration)}>
            {text}
          </Button>
        ))}
        {clock.data?.frozen ? (
          <Button disabled={busy} onPress={() => run(() => api.post('/sandbox/v1/clock:resume'))}>
            {t.controls.unfreeze}
          </Button>
        ) : (
          <Button disabled={busy} onPress={() => run(() => api.post('/sandbox/v1/clock:freeze'))}>
            {t.controls.freeze}
          </Button>
        )}
      </div>
      <form
        className="toolbar"
        onSubmit={event => {
          event.preventDefault();
          advance(`${Number(days) * 86_400}s`);
        }}
      >
        <Field label={t.controls.days} value={days} onChange={setDays} type="number" />
        <Button type="submit" disabled={busy || !(Number(days) > 0)}>
          {t.controls.advance}
        </Button>
      </form>
    </Card>
  );
}

function OperationsCard() {
  const [error, busy, run] = useAct();
  const [items, setItems] = useState('1');
  const [speed, setSpeed] = useState('');
  return (
    <Card title={t.controls.operations}>
      <p className="hint">{t.controls.operationsText}</p>
      <ErrorNote error={error} />
      <div className="actions">
        <Button
          disabled={busy}
          onPress={() => run(() => api.post('/sandbox/v1/operations:pause'), t.controls.paused)}
        >
          {t.controls.pause}
        </Button>
        <Button
          disabled={busy}
          onPress={() => run(() => api.post('/sandbox/v1/operations:resume'), t.controls.resumed)}
        >
          {t.controls.resume}
        </Button>
      </div>
      <form
        className="toolbar"
        onSubmit={event => {
          event.preventDefault();
          run(async () => {
            const {itemsRun} = await api.post<{itemsRun?: number}>('/sandbox/v1/operations:step', {
              items: Number(items),
            });
            tell(t.controls.stepped(itemsRun ?? 0));
          });
        }}
      >
        <Field label={t.controls.items} value={items} onChange={setItems} type="number" />
        <Button type="submit" disabled={busy || !(Number(items) > 0)}>
          {t.controls.step}
        </Button>
      </form>
      <form
        className="toolbar"
        onSubmit={event => {
          event.preventDefault();
          run(
            () => api.post('/sandbox/v1/operations:setSpeed', {itemsPerSecond: Number(speed || 0)}),
            t.controls.speedSet,
          );
        }}
      >
        <Field
          label={t.controls.speed}
          value={speed}
          onChange={setSpeed}
          type="number"
          hint={t.controls.speedHint}
        />
        <Button type="submit" disabled={busy}>
          {t.controls.setSpeed}
        </Button>
      </form>
    </Card>
  );
}

function SnapshotsCard() {
  const [error, busy, run] = useAct();
  const [name, setName] = useState('');
  const list = useQuery({
    queryKey: ['snapshots'],
    queryFn: async () =>
      (await api.get<{snapshots?: Snapshot[]}>('/sandbox/v1/snapshots')).snapshots ?? [],
  });
  const client = useQueryClient();
  const columns = useMemo<Column<Snapshot>[]>(
    () => [
      {name: t.controls.snapshot, isMain: true, cell: each => lastPart(each.name)},
      {name: t.controls.made, cell: each => <Time at={each.createTime} />},
      {
        name: t.table.actions,
        cell: each => (
          <span className="actions">
            <ConfirmButton
              button={t.controls.restore}
              trigger="plain"
              kind="primary"
              title={t.controls.restoreTitle(lastPart(each.name))}
              confirm={t.controls.restore}
              act={async () => {
                await api.post(`/sandbox/v1/${each.name}:restore`);
                await client.invalidateQueries(kAllButSession);
                tell(t.controls.restored);
              }}
            >
              <p>{t.controls.restoreText}</p>
            </ConfirmButton>
            <ConfirmButton
              button={t.controls.remove}
              title={t.controls.removeTitle(lastPart(each.name))}
              confirm={t.controls.remove}
              act={async () => {
                await api.delete(`/sandbox/v1/${each.name}`);
                await client.invalidateQueries({queryKey: ['snapshots']});
              }}
            />
          </span>
        ),
      },
    ],
    [client],
  );
  return (
    <Card title={t.controls.snapshots}>
      <p className="hint">{t.controls.snapshotsText}</p>
      <ErrorNote error={error} />
      <form
        className="toolbar"
        onSubmit={event => {
          event.preventDefault();
          run(async () => {
            await api.post('/sandbox/v1/snapshots', {snapshotId: name.trim()});
            setName('');
          }, t.controls.saved);
        }}
      >
        <Field
          label={t.controls.newSnapshot}
          value={name}
          onChange={setName}
          hint={t.controls.snapshotHint}
          mono
        />
        <Button
          type="submit"
          kind="primary"
          disabled={busy || !/^[a-z0-9][a-z0-9-]{0,62}$/.test(name.trim())}
        >
          {t.controls.save}
        </Button>
      </form>
      <List
        list={list}
        isEmpty={(list.data ?? []).length === 0}
        empty={<Empty title={t.controls.noSnapshots}>{t.controls.noSnapshotsText}</Empty>}
      >
        <Table
          label={t.controls.snapshots}
          rows={list.data ?? []}
          columns={columns}
          idOf={each => each.name ?? ''}
        />
      </List>
    </Card>
  );
}

export function ControlsPage() {
  const client = useQueryClient();
  return (
    <Page
      title={t.controls.title}
      intro={t.controls.intro}
      actions={
        <ConfirmButton
          button={t.controls.reset}
          title={t.controls.resetTitle}
          confirm={t.controls.reset}
          act={async () => {
            await api.post('/sandbox/v1/state:reset');
            await client.invalidateQueries(kAllButSession);
            tell(t.controls.resetDone);
          }}
        >
          <p>{t.controls.resetText}</p>
        </ConfirmButton>
      }
    >
      <div className="columns">
        <ClockCard />
        <OperationsCard />
      </div>
      <SnapshotsCard />
    </Page>
  );
}
