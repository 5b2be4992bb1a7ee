// SPDX-License-Identifier: Apache-2.0
// The calls that clients make to the sandbox, as they happen.
import {useCallback, useEffect, useMemo, useRef, useState} from 'react';
import {followCalls, type StreamState} from '../api/call_stream';
import {api} from '../api/client';
import type {Call} from '../api/types';
import {t} from '../en';
import {lastPart} from '../model';
import {useAttempt} from '../ui/attempt';
import {Badge, Button, Card, Empty, ErrorNote, Facts, Field, Page, Select, Time} from '../ui/kit';
import {Table, type Column} from '../ui/table';
import {useUrlState} from '../ui/url';

const kMostCalls = 1000;

function StatusBadge({call}: {call: Call}) {
  const status = call.httpStatus ?? 0;
  return (
    <Badge tone={status >= 500 ? 'danger' : status >= 400 ? 'warn' : 'ok'}>
      {status || t.none} {call.status}
    </Badge>
  );
}

function pretty(text: string | undefined): string {
  try {
    return JSON.stringify(JSON.parse(text ?? ''), null, 2);
  } catch {
    return text ?? '';
  }
}

function CallDetail({call}: {call: Call}) {
  return (
    <Card title={t.calls.one}>
      <Facts
        rows={[
          [t.calls.method, <code>{call.method}</code>],
          [
            t.calls.path,
            <code>
              {call.httpMethod} {call.path}
            </code>,
          ],
          [t.calls.status, <StatusBadge call={call} />],
          [t.calls.time, <Time at={call.startTime} />],
          [t.calls.duration, call.duration],
          [t.calls.account, call.account],
          [t.calls.protocol, call.protocol],
          [t.errors.requestId, call.requestId && <code>{call.requestId}</code>],
          call.fault ? ([t.calls.fault, <code>{call.fault}</code>] as const) : null,
        ]}
      />
      {call.requestBody && (
        <>
          <h3>{t.calls.request}</h3>
          <pre tabIndex={0}>{pretty(call.requestBody)}</pre>
        </>
      )}
      {call.responseBody && (
        <>
          <h3>{t.calls.response}</h3>
          <pre tabIndex={0}>{pretty(call.responseBody)}</pre>
        </>
      )}
      {call.requestHeaders && (
        <details>
          <summary>{t.calls.headers}</summary>
          <Facts
            rows={Object.entries(call.requestHeaders).map(
              ([name, value]) => [name, value] as const,
            )}
          />
        </details>
      )}
    </Card>
  );
}

const kTime = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});

// Returns "1.2 ms" for "0.001234s".
function milliseconds(duration: string | undefined): string {
  const seconds = Number.parseFloat(duration ?? '');
  if (Number.isNaN(seconds)) return t.none;
  return seconds >= 1 ? `${seconds.toFixed(1)} s` : `${(seconds * 1000).toFixed(1)} ms`;
}

const nameOf = (call: Call) => call.name ?? '';

// The latest calls, the newest first, as long as `paused` is false.
function useCalls(paused: boolean) {
  const [calls, setCalls] = useState<Call[]>([]);
  const [state, setState] = useState<StreamState>('connecting');
  const [lost, setLost] = useState(0);
  const seen = useRef(new Set<string>());
  useEffect(() => {
    if (paused) return;
    const stop = new AbortController();
    const onCalls = (next: Call[]) => {
      const fresh = next.filter(call => !seen.current.has(call.name ?? ''));
      if (fresh.length === 0) return;
      fresh.forEach(call => seen.current.add(call.name ?? ''));
      setCalls(old => {
        const all = [...fresh, ...old].slice(0, kMostCalls);
        if (seen.current.size > 2 * kMostCalls)
          seen.current = new Set(all.map(call => call.name ?? ''));
        return all;
      });
    };
    const onLost = (count: number) => setLost(old => old + count);
    void followCalls({onState: setState, onLost, onCalls}, stop.signal);
    return () => stop.abort();
  }, [paused]);
  const forget = () => setCalls([]);
  return {calls, state, lost, forget};
}

// The calls that the address asks for.
function useWanted(calls: Call[]): Call[] {
  const [url] = useUrlState('q', 'status');
  return useMemo(
    () =>
      calls.filter(call => {
        const status = call.httpStatus ?? 0;
        if (url.status === 'failed' && status < 400) return false;
        if (url.status === 'fault' && !call.fault) return false;
        return `${call.method} ${call.path} ${call.account} ${call.status} ${status} ${call.requestId}`
          .toLowerCase()
          .includes(url.q.toLowerCase());
      }),
    [calls, url.q, url.status],
  );
}

function useColumns(choose: (call: string) => void, isNarrow: boolean): Column<Call>[] {
  return useMemo(() => {
    const all: Column<Call>[] = [
      {
        name: t.calls.time,
        width: '6.5rem',
        cell: call => (
          <time dateTime={call.startTime}>
            {call.startTime ? kTime.format(new Date(call.startTime)) : ''}
          </time>
        ),
      },
      {
        name: t.calls.method,
        isMain: true,
        width: '2.6fr',
        cell: call => (
          <button type="button" className="linklike" onClick={() => choose(lastPart(call.name))}>
            {call.method || call.path}
          </button>
        ),
      },
      {
        name: t.calls.status,
        width: '1.6fr',
        cell: call => (
          <>
            <StatusBadge call={call} /> {call.fault && <Badge tone="accent">{t.calls.fault}</Badge>}
          </>
        ),
      },
      {name: t.calls.duration, width: '6rem', cell: call => milliseconds(call.duration)},
      {name: t.calls.protocol, width: '6rem', cell: call => call.protocol},
      {
        name: t.calls.account,
        width: '1.4fr',
        cell: call => (call.account ?? '').split('@')[0] || t.none,
      },
    ];
    // Beside the chosen call there is room for these.
    return isNarrow ? all.slice(0, 3) : all;
  }, [choose, isNarrow]);
}

function Toolbar() {
  const [url, setUrl] = useUrlState('q', 'status');
  return (
    <search className="toolbar">
      <div className="wide">
        <Field label={t.calls.search} value={url.q} onChange={q => setUrl({q})} type="search" />
      </div>
      <Select
        label={t.calls.show}
        value={url.status}
        onChange={status => setUrl({status})}
        options={[
          ['', t.calls.all],
          ['failed', t.calls.failed],
          ['fault', t.calls.faulted],
        ]}
      />
    </search>
  );
}

export function CallsPage() {
  const [url, setUrl] = useUrlState('call');
  const [paused, setPaused] = useState(false);
  const {calls, state, lost, forget} = useCalls(paused);
  const {error, run} = useAttempt();
  const rows = useWanted(calls);
  const chosen = calls.find(call => lastPart(call.name) === url.call);
  const choose = useCallback((call: string) => setUrl({call}), [setUrl]);
  const columns = useColumns(choose, chosen !== undefined);
  const clear = () =>
    run(async () => {
      await api.delete('/sandbox/v1/calls');
      forget();
      choose('');
    });
  const actions = (
    <>
      <span role="status">
        <Badge tone={paused ? 'warn' : state === 'broken' ? 'danger' : 'ok'}>
          {paused ? t.calls.paused : t.calls.states[state]}
        </Badge>
      </span>
      <Button onPress={() => setPaused(!paused)}>{paused ? t.calls.goOn : t.calls.pause}</Button>
      <Button onPress={() => void clear()}>{t.calls.clear}</Button>
    </>
  );
  return (
    <Page title={t.calls.title} intro={t.calls.intro} actions={actions}>
      <Toolbar />
      <ErrorNote error={error} />
      {lost > 0 && <p className="muted">{t.calls.lost(lost)}</p>}
      <div className={chosen ? 'calls' : 'stack'}>
        {rows.length > 0 ? (
          <Table label={t.calls.title} rows={rows} columns={columns} idOf={nameOf} />
        ) : (
          <Empty title={calls.length > 0 ? t.calls.notFound : t.calls.none}>
            {calls.length > 0 ? t.calls.notFoundText : t.calls.noneText}
          </Empty>
        )}
        {chosen && (
          <div className="stack">
            <CallDetail call={chosen} />
            <Button onPress={() => choose('')}>{t.close}</Button>
          </div>
        )}
      </div>
    </Page>
  );
}
