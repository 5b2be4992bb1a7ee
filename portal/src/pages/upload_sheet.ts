// SPDX-License-Identifier: Apache-2.0
// The file of an upload: read and checked in a worker, and previewed on the server.
import {useQuery} from '@tanstack/react-query';
import {useCallback, useEffect, useRef, useState} from 'react';
import {api, send} from '../api/client';
import type {Operation, SectionType} from '../api/types';
import {FileProblem} from '../csv/csv_text';
import type {Mapping} from '../csv/device_csv';
import type {Checked, Mode, Opened, Outcome, Shown} from '../csv/sheet';
import {SheetClient} from '../csv/sheet_client';
import {t} from '../en';

const kMostBytes = 60 << 20; // less than the server's limit of a body

// Runs one step of an upload at a time: `busy` is its name. Keeps why the last one failed.
export function useStep() {
  const [busy, setBusy] = useState('');
  const [error, setError] = useState<unknown>(null);
  const run = useCallback(async (what: string, work: () => Promise<void>) => {
    setBusy(what);
    setError(null);
    try {
      await work();
    } catch (failure) {
      setError(
        failure instanceof FileProblem
          ? new Error(`${t.upload.badFile}: ${failure.message}`)
          : failure,
      );
    } finally {
      setBusy('');
    }
  }, []);
  return {busy, error, run};
}

export type Step = ReturnType<typeof useStep>;

// The rows of a file, checked again whenever the mapping of its columns or the defaults change.
export function useSheet(
  mode: Mode,
  sectionType: SectionType,
  customerId: string,
  {run}: {run: Step['run']},
) {
  const client = useRef<SheetClient | null>(null);
  const [name, setName] = useState('');
  const [opened, setOpened] = useState<Opened | null>(null);
  const [mapping, setMapping] = useState<Mapping>([]);
  const [checked, setChecked] = useState<Checked | null>(null);
  const [shown, setShown] = useState<Shown>('all');
  const [count, setCount] = useState(0); // rows that are shown
  const [version, setVersion] = useState(0); // grows when what the rows say changes
  useEffect(() => () => client.current?.close(), []);
  const open = (file: File) =>
    run('open', async () => {
      setOpened(null);
      setChecked(null);
      if (file.size > kMostBytes)
        throw new FileProblem(t.upload.tooLarge(Math.floor(kMostBytes / (1 << 20))));
      client.current?.close();
      client.current = new SheetClient();
      const next = await client.current.open(await file.arrayBuffer());
      setName(file.name);
      setMapping(next.guessed);
      setOpened(next);
    });
  useEffect(() => {
    if (!opened || !client.current) return;
    let isOld = false;
    const current = client.current;
    const defaults = {sectionType, ...(customerId ? {customerId} : {})};
    void run('check', async () => {
      const next = await current.check({mode, mapping, defaults});
      const rows = next.problem ? 0 : await current.count('all');
      if (isOld) return;
      setChecked(next);
      setShown('all');
      setCount(rows);
      setVersion(old => old + 1);
    });
    return () => {
      isOld = true;
    };
  }, [opened, mapping, mode, sectionType, customerId, run]);
  const show = async (next: Shown) => {
    const rows = await client.current!.count(next);
    setShown(next);
    setCount(rows);
  };
  // Takes what the server would do with the rows.
  const take = async (results: ArrayBuffer) => {
    const outcome = await client.current!.results(results);
    setVersion(old => old + 1);
    if (outcome.failed > 0) await show('failed');
    return outcome;
  };
  const rows = {client: client.current, shown, count, version};
  return {client, name, opened, mapping, setMapping, checked, open, rows, show, take};
}

export type Sheet = ReturnType<typeof useSheet>;

export type Preview = {operation: string; progress: number; done: boolean; outcome?: Outcome};

// Asks what the server would do with the rows, as they were checked last: null until it is asked.
export function usePreview(partner: string, mode: Mode, sheet: Sheet, {run}: {run: Step['run']}) {
  const [{preview, of}, setState] = useState<{preview: Preview | null; of: Checked | null}>({
    preview: null,
    of: null,
  });
  const current = of === sheet.checked ? preview : null;
  const start = () =>
    run('preview', async () => {
      const body = await sheet.client.current!.body();
      const verb = mode === 'claim' ? 'previewClaim' : 'previewUnclaim';
      const path = `/openzerotouch/v1/partners/${partner}/devices:${verb}`;
      const operation = (await (await send('POST', path, body)).json()) as Operation;
      setState({
        preview: {operation: operation.name ?? '', progress: 0, done: false},
        of: sheet.checked,
      });
    });
  const running = useQuery({
    queryKey: ['preview', current?.operation],
    queryFn: () =>
      api.get<Operation>(`/v1/${current!.operation}`, {fields: 'name,done,metadata,error'}),
    enabled: current !== null && !current.done,
    refetchInterval: 700,
    staleTime: 0,
  });
  const {take} = sheet;
  useEffect(() => {
    if (!current || current.done || running.data?.name !== current.operation) return;
    const change = (changes: Partial<Preview>) =>
      setState(old => (old.preview ? {...old, preview: {...old.preview, ...changes}} : old));
    if (!running.data.done) {
      const progress = running.data.metadata?.progress ?? 0;
      if (progress !== current.progress) change({progress});
      return;
    }
    change({progress: 100, done: true});
    void run('results', async () => {
      const answer = await send('GET', `/v1/${current.operation}`);
      change({outcome: await take(await answer.arrayBuffer())});
    });
  }, [running.data, current, run, take]);
  return {preview: current, start, running};
}
