// SPDX-License-Identifier: Apache-2.0
// Claims or unclaims the devices of a CSV file: choose, check, preview on the server, confirm.
import {useState} from 'react';
import {Link, useLocation} from 'wouter';
import {api, ApiError} from '../api/client';
import type {Operation, SectionType} from '../api/types';
import {columnOf, kColumnNames, type Column as FileColumn} from '../csv/device_csv';
import {kMostItems, type Checked, type Mode, type Outcome, type Shown} from '../csv/sheet';
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
import {usePreview, useSheet, useStep, type Preview, type Sheet} from './upload_sheet';

// Which of the columns of the file is what.
function MappingCard({sheet}: {sheet: Sheet}) {
  const {name, opened, mapping, setMapping, checked} = sheet;
  if (!opened) return null;
  const set = (at: number, next: FileColumn | null) =>
    setMapping(mapping.map((old, i) => (i === at ? next : old)));
  const hintOf = (title: string, i: number) =>
    columnOf(title) === null && (mapping[i] ?? null) === null
      ? t.upload.unknownColumn
      : t.upload.example(opened.sample.map(row => row[i] ?? '').find(cell => cell) ?? '');
  return (
    <Card title={t.upload.columnsOf(name)}>
      <p className="hint">{t.upload.mappingHint}</p>
      <div className="mapping">
        {opened.titles.map((title, i) => (
          <Select
            key={i}
            label={title || t.upload.column(i + 1)}
            value={mapping[i] ?? ''}
            onChange={next => set(i, (next as FileColumn) || null)}
            options={[
              ['', t.upload.ignored],
              ...kColumnNames.map(column => [column, t.upload.columns[column]] as const),
            ]}
            hint={hintOf(title, i)}
          />
        ))}
      </div>
      {checked?.problem && <Note tone="danger">{checked.problem}</Note>}
    </Card>
  );
}

// How many rows the file has, and what would become of them.
function Figures({checked, outcome}: {checked: Checked; outcome: Outcome | undefined}) {
  const figures: [number, string][] = [
    [checked.rows, t.upload.rowsRead],
    [checked.toSend, t.upload.toSend],
    [checked.problems, t.upload.problems],
    [checked.warnings, t.upload.warnings],
  ];
  if (outcome) {
    figures.push([outcome.succeeded, t.upload.wouldWork], [outcome.failed, t.upload.wouldFail]);
  }
  return (
    <div className="figures" role="status">
      {figures.map(([value, text]) => (
        <div className="figure" key={text}>
          <strong>{value.toLocaleString()}</strong>
          <span>{text}</span>
        </div>
      ))}
    </div>
  );
}

// The defaults of all rows, and the file.
function FileCard({
  partner,
  mode,
  open,
  busy,
}: {
  partner: string;
  mode: Mode;
  open: (file: File) => void;
  busy: boolean;
}) {
  const [url, setUrl] = useUrlState('customer', 'section');
  const customers = useCustomers(partner);
  return (
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
                each => [each.companyId ?? '', `${each.companyName} (${each.companyId})`] as const,
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
      <ErrorNote error={customers.error} retry={() => void customers.refetch()} />
      <Drop onFile={open} mode={mode} disabled={busy} />
    </Card>
  );
}

// Shows what was found in the file, and the buttons that preview and send it.
function CheckCard({
  mode,
  sheet,
  checked,
  busy,
  preview,
  running,
  startPreview,
  sendAll,
}: {
  mode: Mode;
  sheet: Sheet;
  checked: Checked;
  busy: string;
  preview: Preview | null;
  running: {error: unknown; refetch: () => unknown};
  startPreview: () => void;
  sendAll: () => void;
}) {
  const {toSend} = checked;
  const canSend = toSend > 0 && toSend <= kMostItems && busy !== 'check';
  const saveFailed = async () =>
    saveFile('failed-rows.csv', await sheet.client.current!.failedCsv());
  return (
    <Card
      title={t.upload.checkTitle}
      actions={
        checked.problems + (preview?.outcome?.failed ?? 0) > 0 && (
          <Button onPress={() => void saveFailed()}>{t.upload.saveFailed}</Button>
        )
      }
    >
      <Figures checked={checked} outcome={preview?.outcome} />
      {toSend > kMostItems && <Note tone="danger">{t.upload.tooMany(kMostItems)}</Note>}
      {preview && !preview.done && (
        <Progress value={preview.progress} label={t.upload.previewing} />
      )}
      <ErrorNote error={running.error} retry={() => void running.refetch()} />
      <div className="actions">
        <Button
          busy={busy === 'preview' || (preview !== null && !preview.outcome && busy !== 'send')}
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
  );
}

// The rows of the file, and which of them are shown.
function RowsOf({sheet}: {sheet: Sheet}) {
  const {client, shown, count, version} = sheet.rows;
  if (!client || !sheet.opened) return null;
  return (
    <>
      <div className="toolbar">
        <Select
          label={t.upload.show}
          value={shown}
          onChange={next => void sheet.show(next as Shown)}
          options={[
            ['all', t.upload.showAll],
            ['problems', t.upload.showProblems],
            ['failed', t.upload.showFailed],
          ]}
        />
      </div>
      <Rows
        client={client}
        titles={sheet.opened.titles}
        shown={shown}
        count={count}
        version={version}
      />
    </>
  );
}

export function UploadPage({partner, mode}: {partner: string; mode: Mode}) {
  const [, go] = useLocation();
  const [url] = useUrlState('customer', 'section');
  const sectionType: SectionType =
    url.section === 'SIM_LOCK' ? 'SECTION_TYPE_SIM_LOCK' : 'SECTION_TYPE_ZERO_TOUCH';
  const step = useStep();
  const {busy, error, run} = step;
  const sheet = useSheet(mode, sectionType, url.customer, step);
  const {preview, start, running} = usePreview(partner, mode, sheet, step);
  const [unsure, setUnsure] = useState(false); // the answer to what was sent is lost
  const sendAll = () =>
    run('send', async () => {
      setUnsure(false);
      const body = await sheet.client.current!.body();
      const verb = mode === 'claim' ? 'claimAsync' : 'unclaimAsync';
      const operation = await api
        .post<Operation>(`/v1/partners/${partner}/devices:${verb}`, body)
        .catch((failure: unknown) => {
          setUnsure(failure instanceof ApiError && failure.isLost);
          throw failure;
        });
      tell(t.upload.accepted);
      go(`/reseller/operations/${lastPart(operation.name)}`);
    });
  const {opened, checked} = sheet;
  const at = !opened ? 0 : !preview?.outcome ? 1 : 2;
  return (
    <Page
      title={mode === 'claim' ? t.upload.claimTitle : t.upload.unclaimTitle}
      intro={mode === 'claim' ? t.upload.claimIntro : t.upload.unclaimIntro}
      back={{to: '/reseller/devices', text: t.devices.title}}
    >
      <ol className="steps">
        {t.upload.steps.map((text, i) => (
          <li key={text} {...(i === at ? {'aria-current': 'step' as const} : {})}>
            {i + 1}. {text}
          </li>
        ))}
      </ol>
      <FileCard
        partner={partner}
        mode={mode}
        open={file => void sheet.open(file)}
        busy={busy !== '' && busy !== 'check'}
      />
      <ErrorNote error={error} />
      {unsure && (
        <Note tone="warn">
          {t.upload.unsure} <Link href="/reseller/operations">{t.upload.lookThere}</Link>
        </Note>
      )}
      <MappingCard sheet={sheet} />
      {(busy === 'open' || (opened && !checked && !error)) && <Loading />}
      {opened && checked && !checked.problem && (
        <>
          <CheckCard
            mode={mode}
            sheet={sheet}
            checked={checked}
            busy={busy}
            preview={preview}
            running={running}
            startPreview={() => void start()}
            sendAll={() => void sendAll()}
          />
          <RowsOf sheet={sheet} />
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
