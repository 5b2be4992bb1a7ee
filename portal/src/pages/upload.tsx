// SPDX-License-Identifier: Apache-2.0
// Claims or unclaims the devices of a CSV file: choose, check, preview on the server, confirm.
import {useQuery} from '@tanstack/react-query';
import {useEffect, useRef, useState} from 'react';
import {Link, useLocation} from 'wouter';
import {api, ApiError, send} from '../api/client';
import type {Operation, SectionType} from '../api/types';
import {FileProblem} from '../csv/csv_text';
import {columnOf, kColumnNames, type Column as FileColumn, type Mapping} from '../csv/device_csv';
import {
  kMostItems,
  type Checked,
  type Mode,
  type Opened,
  type Outcome,
  type Shown,
} from '../csv/sheet';
import {SheetClient} from '../csv/sheet_client';
import {t} from '../en';
import {lastPart, useCustomers} from '../model';
import {
  Button,
  Card,
  ErrorNote,
  LinkButton,
  Loading,
  Note,
  Page,
  Progress,
  saveFile,
  Select,
  tell,
} from '../ui/kit';
import {useUrlState} from '../ui/url';
import {Drop} from './upload_drop';
import {Rows} from './upload_rows';

const kMostBytes = 60 << 20; // less than the server's limit of a body
type Preview = {operation: string; progress: number; done: boolean; outcome?: Outcome};

export function UploadPage({partner, mode}: {partner: string; mode: Mode}) {
  const [, go] = useLocation();
  const [url, setUrl] = useUrlState('customer', 'section');
  const customers = useCustomers(partner);
  const client = useRef<SheetClient | null>(null);
  const [name, setName] = useState('');
  const [opened, setOpened] = useState<Opened | null>(null);
  const [mapping, setMapping] = useState<Mapping>([]);
  const [checked, setChecked] = useState<Checked | null>(null);
  const [shown, setShown] = useState<Shown>('all');
  const [count, setCount] = useState(0);
  const [version, setVersion] = useState(0);
  const [preview, setPreview] = useState<Preview | null>(null);
  const [busy, setBusy] = useState('');
  const [error, setError] = useState<unknown>(null);
  const [unsure, setUnsure] = useState(false); // the answer to what was sent is lost
  const sectionType: SectionType =
    url.section === 'SIM_LOCK' ? 'SECTION_TYPE_SIM_LOCK' : 'SECTION_TYPE_ZERO_TOUCH';

  useEffect(() => () => client.current?.close(), []);

  const run = async (what: string, work: () => Promise<void>) => {
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
  };

  const open = (file: File) =>
    void run('open', async () => {
      setOpened(null);
      setChecked(null);
      setPreview(null);
      if (file.size > kMostBytes)
        throw new FileProblem(t.upload.tooLarge(Math.floor(kMostBytes / (1 << 20))));
      client.current?.close();
      client.current = new SheetClient();
      const next = await client.current.open(await file.arrayBuffer());
      setName(file.name);
      setMapping(next.guessed);
      setOpened(next);
    });

  // Checks the rows again whenever the mapping or the defaults change.
  useEffect(() => {
    if (!opened || !client.current) return;
    let isOld = false;
    const current = client.current;
    setPreview(null);
    void current
      .check({
        mode,
        mapping,
        defaults: {sectionType, ...(url.customer ? {customerId: url.customer} : {})},
      })
      .then(async next => {
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
  }, [opened, mapping, mode, sectionType, url.customer]);

  const show = (next: Shown) =>
    void client.current?.count(next).then(rows => {
      setShown(next);
      setCount(rows);
    });

  const startPreview = () =>
    void run('preview', async () => {
      const body = await client.current!.body();
      const verb = mode === 'claim' ? 'previewClaim' : 'previewUnclaim';
      const answer = await send(
        'POST',
        `/openzerotouch/v1/partners/${partner}/devices:${verb}`,
        body,
      );
      const operation = (await answer.json()) as Operation;
      setPreview({operation: operation.name ?? '', progress: 0, done: false});
    });
  const running = useQuery({
    queryKey: ['preview', preview?.operation],
    queryFn: () =>
      api.get<Operation>(`/v1/${preview!.operation}`, {fields: 'name,done,metadata,error'}),
    enabled: preview !== null && !preview.done,
    refetchInterval: 700,
    staleTime: 0,
  });
  useEffect(() => {
    if (!preview || preview.done || !running.data || running.data.name !== preview.operation)
      return;
    if (!running.data.done) {
      setPreview({...preview, progress: running.data.metadata?.progress ?? 0});
      return;
    }
    setPreview({...preview, progress: 100, done: true});
    void run('results', async () => {
      const answer = await send('GET', `/v1/${preview.operation}`);
      const outcome = await client.current!.results(await answer.arrayBuffer());
      setPreview({operation: preview.operation, progress: 100, done: true, outcome});
      setVersion(old => old + 1);
      if (outcome.failed > 0) show('failed');
    });
  }, [running.data, preview]);

  const sendAll = () =>
    void run('send', async () => {
      setUnsure(false);
      const body = await client.current!.body();
      const verb = mode === 'claim' ? 'claimAsync' : 'unclaimAsync';
      const answer = await send('POST', `/v1/partners/${partner}/devices:${verb}`, body).catch(
        (failure: unknown) => {
          setUnsure(failure instanceof ApiError && failure.status === 0);
          throw failure;
        },
      );
      const operation = (await answer.json()) as Operation;
      tell(t.upload.accepted);
      go(`/reseller/operations/${lastPart(operation.name)}`);
    });

  const toSend = checked?.toSend ?? 0;
  const canSend = toSend > 0 && toSend <= kMostItems;
  const step = !opened ? 0 : !preview?.outcome ? 1 : 2;
  return (
    <Page
      title={mode === 'claim' ? t.upload.claimTitle : t.upload.unclaimTitle}
      intro={mode === 'claim' ? t.upload.claimIntro : t.upload.unclaimIntro}
      back={{to: '/reseller/devices', text: t.devices.title}}
    >
      <ol className="steps">
        {t.upload.steps.map((text, i) => (
          <li key={text} {...(i === step ? {'aria-current': 'step' as const} : {})}>
            {i + 1}. {text}
          </li>
        ))}
      </ol>
      <Card>
        <div className="fields">
          {mode === 'claim' && (
            <Select
              label={t.upload.customer}
              value={url.customer}
              onChange={customer => setUrl({customer})}
              hint={t.upload.customerHint}
              options={[
                ['', t.upload.fromFile],
                ...(customers.data ?? []).map(
                  each =>
                    [each.companyId ?? '', `${each.companyName} (${each.companyId})`] as const,
                ),
              ]}
            />
          )}
          <Select
            label={t.upload.section}
            value={url.section}
            onChange={section => setUrl({section})}
            hint={t.upload.sectionHint}
            options={[
              ['', t.sections.SECTION_TYPE_ZERO_TOUCH],
              ['SIM_LOCK', t.sections.SECTION_TYPE_SIM_LOCK],
            ]}
          />
        </div>
        <Drop onFile={open} mode={mode} disabled={busy !== ''} />
      </Card>
      <ErrorNote error={error} />
      {unsure && (
        <Note tone="warn">
          {t.upload.unsure} <Link href="/reseller/operations">{t.upload.lookThere}</Link>
        </Note>
      )}
      {opened && (
        <Card title={t.upload.columnsOf(name)}>
          <p className="hint">{t.upload.mappingHint}</p>
          <div className="mapping">
            {opened.titles.map((title, i) => (
              <Select
                key={i}
                label={title || t.upload.column(i + 1)}
                value={mapping[i] ?? ''}
                onChange={next =>
                  setMapping(
                    mapping.map((old, at) => (at === i ? (next as FileColumn) || null : old)),
                  )
                }
                options={[
                  ['', t.upload.ignored],
                  ...kColumnNames.map(column => [column, t.upload.columns[column]] as const),
                ]}
                hint={
                  columnOf(title) === null && (mapping[i] ?? null) === null
                    ? t.upload.unknownColumn
                    : t.upload.example(
                        opened.sample.map(row => row[i] ?? '').find(cell => cell) ?? '',
                      )
                }
              />
            ))}
          </div>
          {checked?.problem && <Note tone="danger">{checked.problem}</Note>}
        </Card>
      )}
      {(busy === 'open' || (opened && !checked)) && <Loading />}
      {opened && checked && !checked.problem && client.current && (
        <>
          <Card
            title={t.upload.checkTitle}
            actions={
              checked.problems + (preview?.outcome?.failed ?? 0) > 0 && (
                <Button
                  onPress={() =>
                    void client.current!.failedCsv().then(text => saveFile('failed-rows.csv', text))
                  }
                >
                  {t.upload.saveFailed}
                </Button>
              )
            }
          >
            <div className="figures" role="status">
              <div className="figure">
                <strong>{checked.rows.toLocaleString()}</strong>
                <span>{t.upload.rowsRead}</span>
              </div>
              <div className="figure">
                <strong>{toSend.toLocaleString()}</strong>
                <span>{t.upload.toSend}</span>
              </div>
              <div className="figure">
                <strong>{checked.problems.toLocaleString()}</strong>
                <span>{t.upload.problems}</span>
              </div>
              <div className="figure">
                <strong>{checked.warnings.toLocaleString()}</strong>
                <span>{t.upload.warnings}</span>
              </div>
              {preview?.outcome && (
                <>
                  <div className="figure">
                    <strong>{preview.outcome.succeeded.toLocaleString()}</strong>
                    <span>{t.upload.wouldWork}</span>
                  </div>
                  <div className="figure">
                    <strong>{preview.outcome.failed.toLocaleString()}</strong>
                    <span>{t.upload.wouldFail}</span>
                  </div>
                </>
              )}
            </div>
            {toSend > kMostItems && <Note tone="danger">{t.upload.tooMany(kMostItems)}</Note>}
            {preview && !preview.done && (
              <Progress value={preview.progress} label={t.upload.previewing} />
            )}
            <ErrorNote error={running.error} retry={() => void running.refetch()} />
            <ErrorNote error={customers.error} retry={() => void customers.refetch()} />
            <div className="actions">
              <Button
                busy={
                  busy === 'preview' || (preview !== null && !preview.outcome && busy !== 'send')
                }
                disabled={!canSend || preview !== null}
                onPress={startPreview}
              >
                {t.upload.preview}
              </Button>
              <Button
                kind="primary"
                busy={busy === 'send'}
                disabled={!canSend || (preview !== null && !preview.done)}
                onPress={sendAll}
              >
                {mode === 'claim' ? t.upload.claimNow(toSend) : t.upload.unclaimNow(toSend)}
              </Button>
              {!preview && <span className="hint">{t.upload.previewHint}</span>}
            </div>
            {mode === 'unclaim' && <p className="hint">{t.devices.undoable}</p>}
          </Card>
          <div className="toolbar">
            <Select
              label={t.upload.show}
              value={shown}
              onChange={next => show(next as Shown)}
              options={[
                ['all', t.upload.showAll],
                ['problems', t.upload.showProblems],
                ['failed', t.upload.showFailed],
              ]}
            />
          </div>
          <Rows
            client={client.current}
            titles={opened.titles}
            shown={shown}
            count={count}
            version={version}
          />
        </>
      )}
      {!opened && mode === 'claim' && (
        <p className="muted">
          {t.upload.or} <LinkButton to="/reseller/claim">{t.devices.claimOne}</LinkButton>
        </p>
      )}
    </Page>
  );
}
