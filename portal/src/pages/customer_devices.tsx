// SPDX-License-Identifier: Apache-2.0
// The devices of a customer: search, and configurations for many at once.
import {useInfiniteQuery, useQueryClient} from '@tanstack/react-query';
import {useCallback, useEffect, useMemo, useState} from 'react';
import {Link} from 'wouter';
import {api} from '../api/client';
import type {CustomerDevicesPage as Page_, Device} from '../api/types';
import {t} from '../en';
import {deviceTitle, lastPart, modelOf, useMay} from '../model';
import {Badge, Button, Empty, Field, Loading, Note, Page, Select} from '../ui/kit';
import {List, usePages} from '../ui/list';
import {Table, type Column} from '../ui/table';
import {useTyped, useUrlState} from '../ui/url';
import {useConfigurations} from './configurations';
import {ApplyDialog, RemoveDialog, UnclaimDialog} from './customer_actions';
import {SectionBadges} from './devices';
import {Unclaimed} from './unclaimed';

const kFirstPage = 100; // is shown sooner than a long one
const kPage = 1000;
const kEnough = 50; // devices that are found
const kSearched = 20_000; // devices that are read to find some
const devicesOf = (page: Page_) => page.devices;

export function useCustomerDevices(customer: string) {
  const list = useInfiniteQuery({
    queryKey: ['customerDevices', customer],
    queryFn: ({pageParam, signal}) =>
      api.get<Page_>(
        `/v1/customers/${customer}/devices`,
        {pageSize: pageParam ? kPage : kFirstPage, pageToken: pageParam},
        signal,
      ),
    initialPageParam: '',
    getNextPageParam: page => page.nextPageToken || undefined,
    // Reading a long list again costs as many calls as it has pages.
    refetchOnWindowFocus: false,
    staleTime: 60_000,
  });
  return usePages(list, devicesOf);
}

export function CustomerDevicesPage({customer}: {customer: string}) {
  const client = useQueryClient();
  const [url, setUrl] = useUrlState('q', 'configuration');
  const commit = useCallback((q: string) => setUrl({q: q.trim()}), [setUrl]);
  const [typed, setTyped] = useTyped(url.q, commit);
  const [mayRead, setMayRead] = useState(kSearched);
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
  const {rows: all, hasMore, isReading, readOn} = list;
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
  // The API lists devices and does not search them: goes on reading until enough are found, or a
  // person should say whether to.
  const isSearching = isFiltered && rows.length < kEnough && all.length < mayRead;
  useEffect(() => {
    if (isSearching) readOn();
  }, [isSearching, readOn]);
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
      <Unclaimed customer={customer} />
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
      {isFiltered && hasMore && !isSearching && (
        <Note>
          <p>{t.customerDevices.searched(all.length)}</p>
          <Button busy={isReading} onPress={() => setMayRead(all.length + kSearched)}>
            {t.devices.searchMore}
          </Button>
        </Note>
      )}
      <List
        list={list}
        isEmpty={rows.length === 0}
        empty={
          isReading || (isSearching && hasMore) ? (
            <Loading />
          ) : isFiltered ? (
            <Empty title={t.customerDevices.notFound}>
              {t.customerDevices.notFoundText(all.length)}
            </Empty>
          ) : (
            <Empty title={t.customerDevices.empty}>{t.customerDevices.emptyText}</Empty>
          )
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
          <RemoveDialog customer={customer} devices={chosen} finish={finish} />
          {mayUnclaim && <UnclaimDialog customer={customer} devices={chosen} finish={finish} />}
        </div>
      )}
    </Page>
  );
}
