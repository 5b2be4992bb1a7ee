// SPDX-License-Identifier: Apache-2.0
// The devices of a customer: search, and configurations for many at once.
import {useInfiniteQuery, useQueryClient} from '@tanstack/react-query';
import {useEffect, useMemo, useState} from 'react';
import {Link} from 'wouter';
import {api} from '../api/client';
import type {Configuration, CustomerDevicesPage as Page_, Device} from '../api/types';
import {t} from '../en';
import {deviceTitle, lastPart, modelOf, useMay} from '../model';
import {Badge, Button, Empty, Loading, Note, Page, Select} from '../ui/kit';
import {List, usePages} from '../ui/list';
import {Table, type Column} from '../ui/table';
import {useUrlState} from '../ui/url';
import {useConfigurations} from './configurations';
import {ApplyDialog, RemoveDialog, UnclaimDialog} from './customer_actions';
import {DeviceSearch} from './device_search';
import {SectionBadges} from './devices';
import {SaveDevices, type DeviceSource} from './save_devices';
import {Unclaimed} from './unclaimed';

const kFirstPage = 100; // is shown sooner than a long one
const kPage = 1000;
const kEnough = 50; // devices that are found
const kSearched = 20_000; // devices that are read to find some
const devicesOf = (page: Page_) => page.devices;

function readDevices(customer: string, pageToken: string, pageSize: number, signal: AbortSignal) {
  return api.get<Page_>(`/v1/customers/${customer}/devices`, {pageSize, pageToken}, signal);
}

export function useCustomerDevices(customer: string) {
  const list = useInfiniteQuery({
    queryKey: ['customerDevices', customer],
    queryFn: ({pageParam, signal}) =>
      readDevices(customer, pageParam, pageParam ? kPage : kFirstPage, signal),
    initialPageParam: '',
    getNextPageParam: page => page.nextPageToken || undefined,
    // Reading a long list again costs as many calls as it has pages.
    refetchOnWindowFocus: false,
    staleTime: 60_000,
  });
  return usePages(list, devicesOf);
}

function useColumns(customer: string, configurations: Configuration[] | undefined) {
  return useMemo<Column<Device>[]>(() => {
    const names = new Map(
      (configurations ?? []).map(each => [each.name ?? '', each.configurationName ?? '']),
    );
    return [
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
    ];
  }, [customer, configurations]);
}

function matches(device: Device, query: string, configuration: string): boolean {
  const has = lastPart(device.configuration);
  if (configuration === 'none' ? has : configuration && has !== configuration) return false;
  if (!query) return true;
  const lower = query.toLowerCase();
  return [device.deviceId, ...Object.values(device.deviceIdentifier ?? {})].some(value =>
    String(value).toLowerCase().includes(lower),
  );
}

// The devices that the address asks for, among those that are read. The API lists devices and does
// not search them: goes on reading until enough are found, or a person should say whether to.
function useWanted(customer: string) {
  const [{q, configuration}] = useUrlState('q', 'configuration');
  const [mayRead, setMayRead] = useState(kSearched);
  const list = useCustomerDevices(customer);
  const {rows: all, readOn} = list;
  const rows = useMemo(
    () => all.filter(device => matches(device, q, configuration)),
    [all, q, configuration],
  );
  const isFiltered = Boolean(q || configuration);
  const isSearching = isFiltered && rows.length < kEnough && all.length < mayRead;
  useEffect(() => {
    if (isSearching) readOn();
  }, [isSearching, readOn]);
  const searchOn = () => setMayRead(all.length + kSearched);
  const source: DeviceSource = {
    read: (pageToken, signal) => readDevices(customer, pageToken, kPage, signal),
    ...(isFiltered ? {keeps: device => matches(device, q, configuration)} : {}),
    cli: `zerotouch devices list --as-customer ${customer} --format csv >devices.csv`,
  };
  return {list, rows, searched: all.length, isFiltered, isSearching, searchOn, source};
}

function Toolbar({configurations}: {configurations: Configuration[]}) {
  const [url, setUrl] = useUrlState('configuration');
  return (
    <search className="toolbar">
      <DeviceSearch />
      <Select
        label={t.customerDevices.configuration}
        value={url.configuration}
        onChange={configuration => setUrl({configuration})}
        options={[
          ['', t.customerDevices.any],
          ['none', t.customerDevices.none],
          ...configurations.map(
            each => [lastPart(each.name), each.configurationName ?? ''] as const,
          ),
        ]}
      />
    </search>
  );
}

// Says why no device is listed.
function NoDevices({
  customer,
  isReading,
  isFiltered,
  searched,
}: {
  customer: string;
  isReading: boolean;
  isFiltered: boolean;
  searched: number;
}) {
  if (isReading) return <Loading />;
  return isFiltered ? (
    <Empty title={t.customerDevices.notFound}>{t.customerDevices.notFoundText(searched)}</Empty>
  ) : (
    <Empty title={t.customerDevices.empty}>{t.customerDevices.emptyText(customer)}</Empty>
  );
}

export function CustomerDevicesPage({customer}: {customer: string}) {
  const client = useQueryClient();
  const [selected, setSelected] = useState<Record<string, boolean>>({});
  const mayAssign = useMay('ASSIGNER');
  const mayUnclaim = useMay('MANAGER');
  const {list, rows, searched, isFiltered, isSearching, searchOn, source} = useWanted(customer);
  const configurations = useConfigurations(customer).data;
  const columns = useColumns(customer, configurations);
  const {hasMore, isReading, readOn} = list;
  const devices = rows.filter(device => selected[device.deviceId ?? '']);
  // Leaves selected what failed.
  const finish = (done: Device[]) => {
    setSelected(old => {
      const rest = {...old};
      for (const {deviceId} of done) delete rest[deviceId ?? ''];
      return rest;
    });
    void client.invalidateQueries({queryKey: ['customerDevices', customer]});
  };
  const chosen = {customer, devices, finish};
  return (
    <Page
      title={t.customerDevices.title}
      intro={t.customerDevices.intro}
      actions={rows.length > 0 && <SaveDevices name="devices.csv" source={source} />}
    >
      <Unclaimed customer={customer} />
      <Toolbar configurations={configurations ?? []} />
      {isFiltered && hasMore && !isSearching && (
        <Note>
          <p>{t.customerDevices.searched(searched)}</p>
          <Button busy={isReading} onPress={searchOn}>
            {t.devices.searchMore}
          </Button>
        </Note>
      )}
      <List
        list={list}
        isEmpty={rows.length === 0}
        empty={
          <NoDevices
            customer={customer}
            isReading={isReading || (isSearching && hasMore)}
            isFiltered={isFiltered}
            searched={searched}
          />
        }
      >
        <Table
          label={t.customerDevices.title}
          rows={rows}
          columns={columns}
          idOf={device => device.deviceId ?? ''}
          nameOf={deviceTitle}
          loadingMore={isReading}
          hasMore={hasMore}
          {...(isFiltered ? {} : {onEnd: readOn})}
          {...(mayAssign ? {selected, onSelect: setSelected} : {})}
        />
      </List>
      {devices.length > 0 && (
        <div className="selection">
          <strong role="status">{t.table.selected(devices.length)}</strong>
          <Button kind="quiet" onPress={() => setSelected({})}>
            {t.table.clear}
          </Button>
          <ApplyDialog {...chosen} configurations={configurations ?? []} />
          <RemoveDialog {...chosen} />
          {mayUnclaim && <UnclaimDialog {...chosen} />}
        </div>
      )}
    </Page>
  );
}
