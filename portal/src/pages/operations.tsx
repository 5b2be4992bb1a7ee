// SPDX-License-Identifier: Apache-2.0
// Batches: how far they are, what they did to each device, and taking them back.
import {useInfiniteQuery, useQuery, useQueryClient} from '@tanstack/react-query';
import {useEffect, useMemo, type ReactNode} from 'react';
import {Link, useLocation} from 'wouter';
import {api} from '../api/client';
import type {
  Batch,
  BatchesPage,
  BatchKind,
  DeviceIdentifier,
  Operation,
  PerDevice,
} from '../api/types';
import {csvRow, markedCell} from '../csv/csv';
import {kResultColumns} from '../csv/device_csv';
import {t} from '../en';
import {lastPart, modelOf, titleOf, useMay} from '../model';
import {
  Badge,
  Button,
  Card,
  ConfirmButton,
  CopyButton,
  Empty,
  ErrorNote,
  formatTime,
  LinkButton,
  Loading,
  Note,
  Page,
  Progress,
  saveFile,
  Select,
  tell,
  Time,
} from '../ui/kit';
import {List, Unread, usePages} from '../ui/list';
import {Table, type Column} from '../ui/table';
import {useUrlState} from '../ui/url';

const kName = 'operations/apibatchoperation/';
const kOk = 'SINGLE_DEVICE_STATUS_SUCCESS';

function StateBadge({operation}: {operation: Operation}) {
  if (!operation.done) {
    return operation.metadata?.processingStatus === 'BATCH_PROCESS_PENDING' ? (
      <Badge>{t.operations.pending}</Badge>
    ) : (
      <Badge tone="accent">{t.operations.running}</Badge>
    );
  }
  if (operation.error) return <Badge tone="danger">{t.operations.failed}</Badge>;
  const failed = (operation.metadata?.devicesCount ?? 0) - (operation.response?.successCount ?? 0);
  return failed > 0 ? (
    <Badge tone="warn">{t.operations.partly}</Badge>
  ) : (
    <Badge tone="ok">{t.operations.done}</Badge>
  );
}

function kindText(kind: BatchKind | undefined): string {
  return t.operations.kinds[kind ?? 'KIND_UNSPECIFIED'];
}

const kReadAtFirst = 5000; // operations, without being asked
const batchesOf = (page: BatchesPage) => page.batches;

export function OperationsPage() {
  const [url, setUrl] = useUrlState('done');
  const list = useInfiniteQuery({
    queryKey: ['operations', url.done],
    queryFn: ({pageParam}) =>
      api.get<BatchesPage>('/openzerotouch/v1/operations', {
        pageSize: 1000,
        pageToken: pageParam,
        filter: url.done ? `done=${url.done}` : undefined,
      }),
    initialPageParam: '',
    getNextPageParam: page => page.nextPageToken || undefined,
    refetchInterval: query => {
      const pages = query.state.data?.pages ?? [];
      const isLive = pages.some(page => page.batches?.some(each => !each.operation?.done));
      return (isLive ? 1000 : 10_000) * Math.max(1, pages.length);
    },
  });
  const pages = usePages(list, batchesOf);
  // The latest are on the last page.
  const {rows: read, readOn} = pages;
  useEffect(() => {
    if (read.length < kReadAtFirst) readOn();
  }, [read.length, readOn]);
  const mayClaim = useMay('ASSIGNER');
  // The list is in the order in which they were accepted; people look for the latest.
  const rows = useMemo(() => [...pages.rows].reverse(), [pages.rows]);
  const columns = useMemo<Column<Batch>[]>(
    () => [
      {
        name: t.operations.operation,
        isMain: true,
        width: '1.6fr',
        cell: each => {
          const id = lastPart(each.operation?.name);
          return <Link href={`/reseller/operations/${id}`}>{kindText(each.kind)}</Link>;
        },
      },
      {name: t.operations.accepted, width: '1.4fr', cell: each => <Time at={each.createTime} />},
      {name: t.operations.state, cell: each => <StateBadge operation={each.operation ?? {}} />},
      {
        name: t.operations.devices,
        cell: each => (each.operation?.metadata?.devicesCount ?? 0).toLocaleString(),
      },
      {
        name: t.operations.succeeded,
        cell: each =>
          each.operation?.done
            ? (each.operation.response?.successCount ?? 0).toLocaleString()
            : t.none,
      },
      {
        name: t.operations.progress,
        width: '1.4fr',
        cell: each => (
          <Progress
            value={each.operation?.metadata?.progress ?? 0}
            label={t.operations.progressOf(lastPart(each.operation?.name))}
          />
        ),
      },
    ],
    [],
  );
  return (
    <Page title={t.operations.title} intro={t.operations.intro}>
      <div className="toolbar">
        <Select
          label={t.operations.show}
          value={url.done}
          onChange={done => setUrl({done})}
          options={[
            ['', t.operations.all],
            ['false', t.operations.unfinished],
            ['true', t.operations.finished],
          ]}
        />
        {pages.hasMore && (
          <Button busy={pages.isReading} onPress={pages.readOn}>
            {t.operations.newer}
          </Button>
        )}
      </div>
      <List
        list={pages}
        isEmpty={rows.length === 0}
        empty={
          <Empty
            title={t.operations.none}
            action={
              mayClaim && (
                <LinkButton to="/reseller/upload/claim" kind="primary">
                  {t.devices.upload}
                </LinkButton>
              )
            }
          >
            {t.operations.noneText}
          </Empty>
        }
      >
        <Table
          label={t.operations.title}
          rows={rows}
          columns={columns}
          idOf={each => each.operation?.name ?? ''}
        />
      </List>
    </Page>
  );
}

function identifierOf(item: PerDevice): DeviceIdentifier {
  return (
    item.claim?.deviceIdentifier ??
    item.unclaim?.deviceIdentifier ??
    item.updateMetadata?.deviceIdentifier ??
    {}
  );
}

function failedCsv(items: PerDevice[]): string {
  let text = csvRow([
    'imei',
    'imei2',
    'meid',
    'meid2',
    'serial',
    'model',
    'manufacturer',
    'profiletype',
    'owner',
    ...kResultColumns,
  ]);
  for (const item of items) {
    if (item.result?.status === kOk) continue;
    const identifier = identifierOf(item);
    const section = item.claim?.sectionType ?? item.unclaim?.sectionType ?? '';
    text += csvRow(
      [
        identifier.imei,
        identifier.imei2,
        identifier.meid,
        identifier.meid2,
        identifier.serialNumber,
        identifier.model,
        identifier.manufacturer,
        section.replace('SECTION_TYPE_', ''),
        item.claim?.customerId,
        item.result?.status,
        item.result?.deviceId ?? item.unclaim?.deviceId,
        item.result?.errorIdentifier,
        item.result?.errorMessage,
      ].map(cell => markedCell(cell ?? '')),
    );
  }
  return text;
}

function Results({items}: {items: PerDevice[]}) {
  const [url, setUrl] = useUrlState('show');
  const rows = useMemo(
    () => (url.show === 'failed' ? items.filter(item => item.result?.status !== kOk) : items),
    [items, url.show],
  );
  const columns = useMemo<Column<PerDevice>[]>(
    () => [
      {
        name: t.devices.device,
        isMain: true,
        width: '1.5fr',
        cell: item => {
          const id =
            item.result?.deviceId ?? item.unclaim?.deviceId ?? item.updateMetadata?.deviceId;
          const title = titleOf(identifierOf(item), id) || t.none;
          return id ? <Link href={`/reseller/devices/${id}`}>{title}</Link> : title;
        },
      },
      {name: t.devices.model, cell: item => modelOf(identifierOf(item)) || t.none},
      {
        name: t.operations.result,
        width: '1.2fr',
        cell: item => (
          <Badge tone={item.result?.status === kOk ? 'ok' : 'danger'}>
            {t.perDevice(item.result?.status ?? '')}
          </Badge>
        ),
      },
      {
        name: t.operations.why,
        width: '2.4fr',
        cell: item => (
          <>
            {item.result?.errorMessage ?? ''}{' '}
            {item.result?.errorIdentifier && <code>{item.result.errorIdentifier}</code>}
          </>
        ),
      },
    ],
    [],
  );
  return (
    <>
      <div className="toolbar">
        <Select
          label={t.operations.show}
          value={url.show}
          onChange={show => setUrl({show})}
          options={[
            ['', t.operations.allDevices],
            ['failed', t.operations.failedDevices],
          ]}
        />
      </div>
      {rows.length === 0 ? (
        <Empty title={t.operations.noFailed} />
      ) : (
        <Table
          label={t.operations.results}
          rows={rows}
          columns={columns}
          idOf={(_, i) => String(i)}
        />
      )}
    </>
  );
}

// Leads to another operation, if there is one.
function Related({text, name}: {text: string; name: string | undefined}) {
  if (!name) return null;
  return (
    <p>
      {text} <Link href={`/reseller/operations/${lastPart(name)}`}>{t.operations.showUndo}</Link>
    </p>
  );
}

// Reads an operation: its state, its kind, and its results once it is done.
function useOperation(id: string) {
  const client = useQueryClient();
  const name = kName + id;
  const operation = useQuery({
    queryKey: ['operation', id],
    queryFn: () =>
      api.get<Operation>(`/v1/${name}`, {fields: 'name,done,metadata,error,response/successCount'}),
    refetchInterval: query => (query.state.data?.done ? false : 700),
    staleTime: 0,
  });
  const isDone = operation.data?.done === true;
  const results = useQuery({
    queryKey: ['results', id],
    queryFn: () => api.get<Operation>(`/v1/${name}`),
    enabled: isDone,
    staleTime: Infinity,
  });
  const batch = useQuery({
    queryKey: ['batch', id, isDone],
    queryFn: () => api.get<Batch>(`/openzerotouch/v1/${name}`),
    // Its kind stays; whether it can be undone is asked again when it is done.
    placeholderData: earlier => earlier,
  });
  useEffect(() => {
    if (!isDone) return;
    for (const key of ['devices', 'device', 'find', 'history', 'operations']) {
      void client.invalidateQueries({queryKey: [key]});
    }
  }, [client, isDone]);
  return {name, operation, isDone, results, batch};
}

// The buttons of an operation: each as long as it has something to do.
function OperationActions({
  id,
  isDone,
  undoUntil,
}: {
  id: string;
  isDone: boolean;
  undoUntil: string | undefined; // when it can be undone no more
}) {
  const [, go] = useLocation();
  const client = useQueryClient();
  const name = kName + id;
  const cancel = async () => {
    await api.post(`/v1/${name}:cancel`);
    await client.invalidateQueries({queryKey: ['operation', id]});
  };
  const undo = async () => {
    const next = await api.post<Operation>(`/openzerotouch/v1/${name}:undo`);
    tell(t.operations.undoStarted);
    void client.invalidateQueries({queryKey: ['batch', id]});
    go(`/reseller/operations/${lastPart(next.name)}`);
  };
  const remove = async () => {
    await api.delete(`/v1/${name}`);
    await client.invalidateQueries({queryKey: ['operations']});
    go('/reseller/operations');
  };
  return (
    <>
      {!isDone && (
        <ConfirmButton
          button={t.operations.cancel}
          title={t.operations.cancelTitle}
          confirm={t.operations.cancel}
          act={cancel}
        >
          <p>{t.operations.cancelText}</p>
        </ConfirmButton>
      )}
      {undoUntil && (
        <ConfirmButton
          button={t.operations.undo}
          trigger="plain"
          kind="primary"
          title={t.operations.undoTitle}
          confirm={t.operations.undo}
          act={undo}
        >
          <p>{t.operations.undoText}</p>
          <p>{t.operations.undoUntil(formatTime(undoUntil))}</p>
        </ConfirmButton>
      )}
      {isDone && (
        <ConfirmButton
          button={t.operations.remove}
          title={t.operations.removeTitle}
          confirm={t.operations.remove}
          act={remove}
        >
          <p>{t.operations.removeText}</p>
        </ConfirmButton>
      )}
    </>
  );
}

function OperationFigures({operation, isPreview}: {operation: Operation; isPreview: boolean}) {
  const total = operation.metadata?.devicesCount ?? 0;
  const succeeded = operation.response?.successCount ?? 0;
  const figures: [ReactNode, string][] = [
    [total.toLocaleString(), t.operations.devices],
    [
      operation.done ? succeeded.toLocaleString() : t.none,
      isPreview ? t.upload.wouldWork : t.operations.succeeded,
    ],
    [
      operation.done ? (total - succeeded).toLocaleString() : t.none,
      isPreview ? t.upload.wouldFail : t.operations.notDone,
    ],
    [<StateBadge operation={operation} />, t.operations.state],
  ];
  return (
    <div className="figures" role="status">
      {figures.map(([value, text]) => (
        <div className="figure" key={text}>
          <strong>{value}</strong>
          <span>{text}</span>
        </div>
      ))}
    </div>
  );
}

export function OperationPage({id}: {id: string}) {
  const mayChange = useMay('MANAGER');
  const {name, operation, isDone, results, batch} = useOperation(id);
  const back = {to: '/reseller/operations', text: t.operations.title};
  const {data} = operation;
  if (!data) return <Unread title={t.operations.operation} back={back} query={operation} />;
  const items = results.data?.response?.perDeviceStatus ?? [];
  const kind = batch.data?.kind ?? 'KIND_UNSPECIFIED';
  const isPreview = kind.startsWith('PREVIEW');
  const total = data.metadata?.devicesCount ?? 0;
  const succeeded = data.response?.successCount ?? 0;
  const undoUntil = succeeded > 0 ? batch.data?.undoExpireTime : undefined;
  const titleOf = /^(UN)?CLAIM$/.test(kind) ? t.operations.titleOf : t.operations.titleOfMany;
  return (
    <Page
      title={titleOf(kindText(kind), total)}
      back={back}
      actions={mayChange && <OperationActions id={id} isDone={isDone} undoUntil={undoUntil} />}
    >
      <ErrorNote error={operation.error} retry={() => void operation.refetch()} />
      <Card>
        <OperationFigures operation={data} isPreview={isPreview} />
        {!isDone && <Progress value={data.metadata?.progress ?? 0} label={t.operations.progress} />}
        {data.error && <Note tone="danger">{data.error.message}</Note>}
        {isPreview && <Note>{t.operations.previewText}</Note>}
        {isDone && kind === 'CLAIM' && succeeded > 0 && <Note>{t.operations.claimEffect}</Note>}
        {undoUntil && <p className="muted">{t.operations.undoUntil(formatTime(undoUntil))}</p>}
        <Related text={t.operations.undoneBy} name={batch.data?.undoneBy} />
        <Related text={t.operations.undoes} name={batch.data?.undoes} />
        <ErrorNote error={batch.error} retry={() => void batch.refetch()} />
        <p className="muted small">
          <code>{name}</code> <CopyButton text={name} label={t.operations.copyName} />
        </p>
      </Card>
      {isDone && results.isPending && <Loading />}
      <ErrorNote error={results.error} retry={() => void results.refetch()} />
      {items.length > 0 && (
        <Card
          title={t.operations.results}
          actions={
            total > succeeded && (
              <Button onPress={() => saveFile(`failed-${id}.csv`, failedCsv(items))}>
                {t.upload.saveFailed}
              </Button>
            )
          }
        >
          <Results items={items} />
        </Card>
      )}
    </Page>
  );
}
