// SPDX-License-Identifier: Apache-2.0
// The devices of a customer: search, and configurations for many at once.
import {useInfiniteQuery, useQuery, useQueryClient} from '@tanstack/react-query';
import {useCallback, useEffect, useMemo, useState, type ReactNode} from 'react';
import {Link, useLocation} from 'wouter';
import {api, ApiError} from '../api/client';
import type {Configuration, CustomerDevicesPage as Page_, Device} from '../api/types';
import {t} from '../en';
import {deviceTitle, getDevice, lastPart, modelOf, useMay} from '../model';
import {History} from '../ui/history';
import {
  Badge,
  Button,
  Card,
  ConfirmButton,
  DialogButton,
  Empty,
  ErrorNote,
  Facts,
  Field,
  Loading,
  Note,
  Page,
  Progress,
  Select,
  tell,
  Time,
} from '../ui/kit';
import {Table, type Column} from '../ui/table';
import {useTyped, useUrlState} from '../ui/url';
import {useConfigurations} from './configurations';
import {IdentifierFacts} from './device';
import {SectionBadges} from './devices';

const kPage = 1000;
const kAtATime = 6; // calls for one device each

type Done = {done: number; failed: {device: Device; error: unknown}[]};

// Calls `act` for each device, some at a time. A failure is that device's only.
async function forEach(
  devices: Device[],
  act: (device: Device) => Promise<unknown>,
  report: (done: Done) => void,
): Promise<Done> {
  const state: Done = {done: 0, failed: []};
  let next = 0;
  const work = async () => {
    while (next < devices.length) {
      const device = devices[next++]!;
      try {
        await act(device);
      } catch (error) {
        state.failed.push({device, error});
      }
      ++state.done;
      report({...state});
    }
  };
  await Promise.all(Array.from({length: kAtATime}, work));
  return state;
}

function Failures({done}: {done: Done}) {
  if (done.failed.length === 0) return null;
  return (
    <Note tone="danger">
      <p>
        <strong>{t.customerDevices.someFailed(done.failed.length)}</strong>
      </p>
      <ul>
        {done.failed.slice(0, 10).map(({device, error}) => (
          <li key={device.deviceId}>
            {deviceTitle(device)}: {error instanceof Error ? error.message : String(error)}
            {error instanceof ApiError && error.requestId && (
              <>
                {' '}
                <code>{error.requestId}</code>
              </>
            )}
          </li>
        ))}
      </ul>
    </Note>
  );
}

// A dialog that does something to each of the chosen devices.
function BulkDialog({
  button,
  title,
  devices,
  act,
  finish,
  children,
  kind,
  disabled,
  confirm,
}: {
  button: string;
  title: string;
  devices: Device[];
  act: (device: Device) => Promise<unknown>;
  finish: () => void;
  children?: ReactNode;
  kind?: 'danger' | 'primary';
  disabled?: boolean;
  confirm: string;
}) {
  const [done, setDone] = useState<Done | null>(null);
  const [busy, setBusy] = useState(false);
  const run = async (close: () => void) => {
    setBusy(true);
    const result = await forEach(devices, act, setDone);
    setBusy(false);
    finish();
    if (result.failed.length > 0) return;
    tell(t.customerDevices.doneFor(result.done));
    setDone(null);
    close();
  };
  return (
    <DialogButton button={button} kind={kind ?? 'plain'} title={title}>
      {close => (
        <>
          <div className="dialog-body">{children}</div>
          {done && (
            <Progress
              value={Math.round((100 * done.done) / Math.max(1, devices.length))}
              label={title}
            />
          )}
          {done && <Failures done={done} />}
          <div className="dialog-foot">
            <Button
              onPress={() => {
                setDone(null);
                close();
              }}
            >
              {done && !busy ? t.close : t.cancel}
            </Button>
            <Button
              kind={kind ?? 'primary'}
              busy={busy}
              disabled={Boolean(disabled)}
              onPress={() => void run(close)}
            >
              {confirm}
            </Button>
          </div>
        </>
      )}
    </DialogButton>
  );
}

export function useCustomerDevices(customer: string) {
  return useInfiniteQuery({
    queryKey: ['customerDevices', customer],
    queryFn: ({pageParam, signal}) =>
      api.get<Page_>(
        `/v1/customers/${customer}/devices`,
        {pageSize: kPage, pageToken: pageParam},
        signal,
      ),
    initialPageParam: '',
    getNextPageParam: page => page.nextPageToken || undefined,
    // Reading a long list again costs as many calls as it has pages.
    refetchOnWindowFocus: false,
    staleTime: 60_000,
  });
}

function ApplyDialog({
  customer,
  devices,
  configurations,
  finish,
}: {
  customer: string;
  devices: Device[];
  configurations: Configuration[];
  finish: () => void;
}) {
  const [chosen, setChosen] = useState('');
  const configuration =
    chosen || configurations.find(each => each.isDefault)?.name || configurations[0]?.name || '';
  return (
    <BulkDialog
      button={t.customerDevices.apply}
      title={t.customerDevices.applyTitle(devices.length)}
      confirm={t.customerDevices.apply}
      kind="primary"
      devices={devices}
      finish={finish}
      disabled={!configuration}
      act={device =>
        api.post(`/v1/customers/${customer}/devices:applyConfiguration`, {
          device: {deviceId: device.deviceId},
          configuration,
        })
      }
    >
      {configurations.length === 0 ? (
        <Note tone="warn">
          {t.customerDevices.noConfigurations}{' '}
          <Link href={`/customer/${customer}/configurations/new`}>{t.configurations.add}</Link>
        </Note>
      ) : (
        <Select
          label={t.customerDevices.configuration}
          value={configuration}
          onChange={setChosen}
          options={configurations.map(
            each => [each.name ?? '', each.configurationName ?? ''] as const,
          )}
        />
      )}
      <p>{t.customerDevices.nextSetup}</p>
    </BulkDialog>
  );
}

export function CustomerDevicesPage({customer}: {customer: string}) {
  const client = useQueryClient();
  const [url, setUrl] = useUrlState('q', 'configuration');
  const commit = useCallback((q: string) => setUrl({q: q.trim()}), [setUrl]);
  const [typed, setTyped] = useTyped(url.q, commit);
  const [selected, setSelected] = useState<Record<string, boolean>>({});
  const mayAssign = useMay('ASSIGNER');
  const mayUnclaim = useMay('MANAGER');
  const list = useCustomerDevices(customer);
  const configurations = useConfigurations(customer);
  const names = useMemo(
    () =>
      new Map(
        (configurations.data ?? []).map(each => [each.name ?? '', each.configurationName ?? '']),
      ),
    [configurations.data],
  );
  const {hasNextPage, isFetchingNextPage, fetchNextPage} = list;
  const all = useMemo(
    () => (list.data?.pages ?? []).flatMap(page => page.devices ?? []),
    [list.data],
  );
  const rows = useMemo(() => {
    const bare = url.q.toLowerCase();
    return all.filter(device => {
      if (
        url.configuration === 'none'
          ? device.configuration
          : url.configuration && lastPart(device.configuration) !== url.configuration
      )
        return false;
      if (!bare) return true;
      return [device.deviceId, ...Object.values(device.deviceIdentifier ?? {})].some(value =>
        String(value).toLowerCase().includes(bare),
      );
    });
  }, [all, url.q, url.configuration]);
  const isFiltered = Boolean(url.q || url.configuration);
  // The API lists devices and does not search them: goes on reading until enough are found.
  useEffect(() => {
    if (isFiltered && rows.length < 50 && hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [isFiltered, rows.length, hasNextPage, isFetchingNextPage, fetchNextPage]);
  const onEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  const columns = useMemo<Column<Device>[]>(
    () => [
      {
        name: t.devices.device,
        isMain: true,
        width: '1.4fr',
        cell: device => (
          <Link href={`/customer/${customer}/devices/${device.deviceId}`}>
            {deviceTitle(device)}
          </Link>
        ),
      },
      {
        name: t.devices.model,
        width: '1.3fr',
        cell: device => modelOf(device.deviceIdentifier) || t.none,
      },
      {name: t.devices.serial, cell: device => device.deviceIdentifier?.serialNumber ?? t.none},
      {
        name: t.customerDevices.configuration,
        width: '1.3fr',
        cell: device =>
          device.configuration ? (
            <Link href={`/customer/${customer}/configurations/${lastPart(device.configuration)}`}>
              {names.get(device.configuration) ?? lastPart(device.configuration)}
            </Link>
          ) : (
            <Badge tone="warn">{t.customerDevices.none}</Badge>
          ),
      },
      {name: t.devices.claims, cell: device => <SectionBadges device={device} />},
    ],
    [customer, names],
  );
  const chosen = useMemo(
    () => rows.filter(device => selected[device.deviceId ?? '']),
    [rows, selected],
  );
  const finish = () => {
    setSelected({});
    void client.invalidateQueries({queryKey: ['customerDevices', customer]});
  };
  return (
    <Page title={t.customerDevices.title} intro={t.customerDevices.intro}>
      <search className="toolbar">
        <div className="wide">
          <Field
            label={t.devices.search}
            value={typed}
            onChange={setTyped}
            type="search"
            placeholder={t.devices.searchPlaceholder}
          />
        </div>
        <Select
          label={t.customerDevices.configuration}
          value={url.configuration}
          onChange={configuration => setUrl({configuration})}
          options={[
            ['', t.customerDevices.any],
            ['none', t.customerDevices.none],
            ...(configurations.data ?? []).map(
              each => [lastPart(each.name), each.configurationName ?? ''] as const,
            ),
          ]}
        />
      </search>
      <ErrorNote error={list.error} retry={() => void list.refetch()} />
      {list.isPending ? (
        <Loading />
      ) : rows.length === 0 ? (
        isFetchingNextPage ? (
          <Loading />
        ) : isFiltered ? (
          <Empty title={t.customerDevices.notFound}>
            {t.customerDevices.notFoundText(all.length)}
          </Empty>
        ) : (
          !list.error && (
            <Empty title={t.customerDevices.empty}>{t.customerDevices.emptyText}</Empty>
          )
        )
      ) : (
        <Table
          label={t.customerDevices.title}
          rows={rows}
          columns={columns}
          idOf={device => device.deviceId ?? ''}
          nameOf={deviceTitle}
          loadingMore={isFetchingNextPage}
          onEnd={onEnd}
          {...(mayAssign ? {selected, onSelect: setSelected} : {})}
        />
      )}
      {chosen.length > 0 && (
        <div className="selection">
          <strong role="status">{t.table.selected(chosen.length)}</strong>
          <Button kind="quiet" onPress={() => setSelected({})}>
            {t.table.clear}
          </Button>
          <ApplyDialog
            customer={customer}
            devices={chosen}
            configurations={configurations.data ?? []}
            finish={finish}
          />
          <BulkDialog
            button={t.customerDevices.removeConfiguration}
            title={t.customerDevices.removeTitle(chosen.length)}
            confirm={t.customerDevices.removeConfiguration}
            devices={chosen}
            finish={finish}
            act={device =>
              api.post(`/v1/customers/${customer}/devices:removeConfiguration`, {
                device: {deviceId: device.deviceId},
              })
            }
          >
            <p>{t.customerDevices.removeText}</p>
          </BulkDialog>
          {mayUnclaim && (
            <BulkDialog
              button={t.devices.unclaim}
              kind="danger"
              title={t.devices.unclaimTitle(chosen.length)}
              confirm={t.devices.unclaim}
              devices={chosen}
              finish={finish}
              act={device =>
                api.post(`/v1/customers/${customer}/devices:unclaim`, {
                  device: {deviceId: device.deviceId},
                })
              }
            >
              <p>{t.customerDevices.unclaimText}</p>
            </BulkDialog>
          )}
        </div>
      )}
    </Page>
  );
}

export function CustomerDevicePage({customer, id}: {customer: string; id: string}) {
  const client = useQueryClient();
  const [, go] = useLocation();
  const mayAssign = useMay('ASSIGNER');
  const mayUnclaim = useMay('MANAGER');
  const device = useQuery({
    queryKey: ['customerDevice', customer, id],
    queryFn: () => getDevice(`customers/${customer}`, id),
  });
  const configurations = useConfigurations(customer);
  const back = {to: `/customer/${customer}/devices`, text: t.customerDevices.title};
  if (!device.data) {
    return (
      <Page title={t.devices.device} back={back}>
        {device.isPending && <Loading />}
        <ErrorNote error={device.error} retry={() => void device.refetch()} />
      </Page>
    );
  }
  const refresh = async () => {
    await client.invalidateQueries({queryKey: ['customerDevice', customer, id]});
    await client.invalidateQueries({queryKey: ['history']});
    await client.invalidateQueries({queryKey: ['customerDevices', customer]});
  };
  const current = configurations.data?.find(each => each.name === device.data.configuration);
  const names = new Map(
    (configurations.data ?? []).map(each => [lastPart(each.name), each.configurationName ?? '']),
  );
  return (
    <Page
      title={deviceTitle(device.data)}
      intro={modelOf(device.data.deviceIdentifier)}
      back={back}
      actions={
        <>
          {mayAssign && (
            <ApplyDialog
              customer={customer}
              devices={[device.data]}
              configurations={configurations.data ?? []}
              finish={() => void refresh()}
            />
          )}
          {mayAssign && device.data.configuration && (
            <ConfirmButton
              button={t.customerDevices.removeConfiguration}
              trigger="plain"
              kind="primary"
              title={t.customerDevices.removeTitle(1)}
              confirm={t.customerDevices.removeConfiguration}
              act={async () => {
                await api.post(`/v1/customers/${customer}/devices:removeConfiguration`, {
                  device: {deviceId: id},
                });
                await refresh();
              }}
            >
              <p>{t.customerDevices.removeText}</p>
            </ConfirmButton>
          )}
          {mayUnclaim && (
            <ConfirmButton
              button={t.devices.unclaim}
              title={t.devices.unclaimTitle(1)}
              confirm={t.devices.unclaim}
              act={async () => {
                await api.post(`/v1/customers/${customer}/devices:unclaim`, {
                  device: {deviceId: id},
                });
                await client.invalidateQueries({queryKey: ['customerDevices', customer]});
                go(`/customer/${customer}/devices`);
              }}
            >
              <p>{t.customerDevices.unclaimText}</p>
            </ConfirmButton>
          )}
        </>
      }
    >
      <div className="columns">
        <Card title={t.devices.identifiers}>
          <IdentifierFacts device={device.data} />
        </Card>
        <Card title={t.customerDevices.configuration}>
          {device.data.configuration ? (
            <>
              <p>
                <Link
                  href={`/customer/${customer}/configurations/${lastPart(device.data.configuration)}`}
                >
                  {current?.configurationName ?? device.data.configuration}
                </Link>
              </p>
              <p className="muted">{t.customerDevices.nextSetup}</p>
            </>
          ) : (
            <p className="muted">{t.customerDevices.noneText}</p>
          )}
        </Card>
        <Card title={t.devices.claims}>
          {(device.data.claims ?? []).map(claim => (
            <Facts
              key={claim.sectionType}
              rows={[
                [t.devices.section, t.sections[claim.sectionType ?? 'SECTION_TYPE_UNSPECIFIED']],
                [t.resellers.id, claim.resellerId && <code>{claim.resellerId}</code>],
                ...(claim.vacationModeExpireTime
                  ? [[t.devices.vacationEnd, <Time at={claim.vacationModeExpireTime} />] as const]
                  : []),
              ]}
            />
          ))}
        </Card>
        <Card title={t.history.title}>
          <History parent={`customers/${customer}`} device={id} names={names} />
        </Card>
      </div>
    </Page>
  );
}
