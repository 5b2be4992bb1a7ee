// SPDX-License-Identifier: Apache-2.0
// The devices of a reseller: found by any identifier, or listed by owner.
import {useInfiniteQuery, useQuery} from '@tanstack/react-query';
import {useCallback, useMemo, useState} from 'react';
import {Link, useLocation} from 'wouter';
import {api, ApiError} from '../api/client';
import type {
  Company,
  Device,
  DeviceIdentifier,
  DevicesPage as Page_,
  Operation,
  SectionType,
} from '../api/types';
import {t} from '../en';
import {
  deviceTitle,
  getDevice,
  identifiersOf,
  lastPart,
  modelOf,
  useCustomers,
  useMay,
} from '../model';
import {
  Badge,
  Button,
  ConfirmButton,
  Empty,
  Field,
  LinkButton,
  Note,
  Page,
  Select,
} from '../ui/kit';
import {List, usePages} from '../ui/list';
import {Table, type Column} from '../ui/table';
import {useTyped, useUrlState} from '../ui/url';
import {DeviceSearch} from './device_search';
import {SaveDevices, type DeviceSource} from './save_devices';

const kPage = 100; // the most that findByOwner returns
const kMostOwners = 1000; // that findByOwner takes

export function SectionBadges({device}: {device: Device}) {
  return (
    <span className="actions">
      {(device.claims ?? []).map(claim => (
        <Badge key={claim.sectionType} tone={claim.vacationModeExpireTime ? 'warn' : 'accent'}>
          {t.sections[claim.sectionType ?? 'SECTION_TYPE_UNSPECIFIED']}
        </Badge>
      ))}
    </span>
  );
}

// Finds devices by whatever `text` may be. A reading that the API refuses, or that finds nothing,
// leaves the others.
async function search(
  partner: string,
  text: string,
  maker: string,
  model: string,
): Promise<Device[]> {
  const find = async (deviceIdentifier: DeviceIdentifier) => {
    const page = await api.post<Page_>(`/v1/partners/${partner}/devices:findByIdentifier`, {
      deviceIdentifier,
      limit: String(kPage),
    });
    return page.devices ?? [];
  };
  const calls = identifiersOf(text).map(find);
  if (maker && model) calls.push(find({serialNumber: text, manufacturer: maker, model}));
  // An IMEI is no device id: those have up to 19 digits, mostly 18.
  if (/^\d{1,19}$/.test(text) && !/^\d{14,16}$/.test(text))
    calls.push(getDevice(`partners/${partner}`, text).then(device => [device]));
  const found = new Map<string, Device>();
  for (const result of await Promise.allSettled(calls)) {
    if (result.status === 'fulfilled') {
      result.value.forEach(device => found.set(device.deviceId ?? '', device));
    } else if (
      !(result.reason instanceof ApiError) ||
      ![400, 403, 404].includes(result.reason.status)
    ) {
      throw result.reason;
    }
  }
  return [...found.values()];
}

const kNobody: Company[] = [];
const devicesOf = (page: Page_) => page.devices;

// Reads a page of the devices that are claimed for `owners`.
function findByOwner(
  partner: string,
  owners: string[],
  section: SectionType,
  pageToken: string,
  signal: AbortSignal,
): Promise<Page_> {
  return api.post<Page_>(
    `/v1/partners/${partner}/devices:findByOwner`,
    {customerId: owners, sectionType: section, limit: String(kPage), pageToken},
    {signal, query: {fields: 'devices,nextPageToken'}},
  );
}

function useDevices(partner: string, owners: string[], section: SectionType, enabled: boolean) {
  const options = {
    // Reading a long list again costs as many calls as it has pages.
    refetchOnWindowFocus: false,
    staleTime: 60_000,
    enabled: enabled && owners.length > 0,
  };
  const list = useInfiniteQuery({
    queryKey: ['devices', partner, owners.join(), section],
    queryFn: ({pageParam, signal}) => findByOwner(partner, owners, section, pageParam, signal),
    initialPageParam: '',
    getNextPageParam: page => page.nextPageToken || undefined,
    // While more owners are read, the rows of the first ones stay.
    placeholderData: (earlier, query) => {
      const [, , before = '', sectionBefore] = query?.queryKey ?? [];
      const isMore = owners.join().startsWith(before) && section === sectionBefore;
      return isMore ? earlier : undefined;
    },
    ...options,
  });
  // Counting a long list takes longer than reading its first page: the rows do not wait for it.
  const count = useQuery({
    queryKey: ['devices', partner, owners.join(), section, 'count'],
    queryFn: ({signal}) =>
      api.post<Page_>(
        `/v1/partners/${partner}/devices:findByOwner`,
        {customerId: owners, sectionType: section, limit: '1'},
        {signal, query: {fields: 'totalSize'}},
      ),
    ...options,
    enabled: list.isSuccess && !list.isPlaceholderData && options.enabled,
    retry: false,
  });
  return {...usePages(list, devicesOf), total: count.data && (count.data.totalSize ?? 0)};
}

function matches(device: Device, text: string): boolean {
  const lower = text.toLowerCase();
  return [
    device.deviceId,
    ...Object.values(device.deviceIdentifier ?? {}),
    ...Object.values(device.deviceMetadata?.entries ?? {}),
  ].some(value => String(value).toLowerCase().includes(lower));
}

function useColumns(names: Map<string, string>): Column<Device>[] {
  return useMemo<Column<Device>[]>(
    () => [
      {
        name: t.devices.device,
        isMain: true,
        width: '1.5fr',
        cell: device => (
          <Link href={`/reseller/devices/${device.deviceId}`}>{deviceTitle(device)}</Link>
        ),
      },
      {
        name: t.devices.model,
        width: '1.3fr',
        cell: device => modelOf(device.deviceIdentifier) || t.none,
      },
      {name: t.devices.serial, cell: device => device.deviceIdentifier?.serialNumber ?? t.none},
      {
        name: t.devices.owner,
        width: '1.4fr',
        cell: device => {
          const owner = device.claims?.find(claim => claim.ownerCompanyId)?.ownerCompanyId;
          return owner ? names.get(owner) || owner : t.none;
        },
      },
      {name: t.devices.claims, width: '1.2fr', cell: device => <SectionBadges device={device} />},
    ],
    [names],
  );
}

// Says what to do if no device is listed.
function NoDevices({query, hasCustomers}: {query: string; hasCustomers: boolean}) {
  const mayManage = useMay('MANAGER');
  const mayClaim = useMay('ASSIGNER');
  if (query) return <Empty title={t.devices.notFound(query)}>{t.devices.notFoundText}</Empty>;
  if (!hasCustomers) {
    const add = (
      <LinkButton to="/reseller/customers" kind="primary">
        {t.devices.addCustomer}
      </LinkButton>
    );
    return (
      <Empty title={t.devices.noCustomers} action={mayManage && add}>
        {t.devices.noCustomersText}
      </Empty>
    );
  }
  const upload = (
    <LinkButton to="/reseller/upload/claim" kind="primary">
      {t.devices.upload}
    </LinkButton>
  );
  return (
    <Empty title={t.devices.none} action={mayClaim && upload}>
      {t.devices.noneText}
    </Empty>
  );
}

// Asks for what makes a serial number unique.
function SerialHint({list}: {list: ReturnType<typeof useDevices>}) {
  const [url, setUrl] = useUrlState('manufacturer', 'model');
  const commitMaker = useCallback(
    (manufacturer: string) => setUrl({manufacturer: manufacturer.trim()}),
    [setUrl],
  );
  const commitModel = useCallback((model: string) => setUrl({model: model.trim()}), [setUrl]);
  const [maker, setMaker] = useTyped(url.manufacturer, commitMaker);
  const [model, setModel] = useTyped(url.model, commitModel);
  return (
    <Note>
      <p>{t.devices.serialHint(list.rows.length, list.total)}</p>
      <div className="toolbar">
        <Field label={t.devices.manufacturer} value={maker} onChange={setMaker} />
        <Field label={t.devices.modelName} value={model} onChange={setModel} />
        {list.hasMore && (
          <Button busy={list.isReading} onPress={list.readOn}>
            {t.devices.searchMore}
          </Button>
        )}
      </div>
    </Note>
  );
}

function Toolbar({customers}: {customers: Company[]}) {
  const [url, setUrl] = useUrlState('customer', 'section');
  return (
    <search className="toolbar">
      <DeviceSearch />
      <Select
        label={t.devices.owner}
        value={url.customer}
        onChange={customer => setUrl({customer})}
        options={[
          ['', t.devices.allCustomers],
          ...customers.map(each => [each.companyId ?? '', each.companyName ?? ''] as const),
        ]}
      />
      <Select
        label={t.devices.section}
        value={url.section}
        onChange={section => setUrl({section})}
        options={[
          ['', t.sections.SECTION_TYPE_ZERO_TOUCH],
          ['SIM_LOCK', t.sections.SECTION_TYPE_SIM_LOCK],
        ]}
      />
    </search>
  );
}

// The devices that are selected, and what can be done with them.
function Selection({
  partner,
  section,
  devices,
  clear,
}: {
  partner: string;
  section: SectionType;
  devices: Device[];
  clear: () => void;
}) {
  const [, go] = useLocation();
  const unclaim = async () => {
    const operation = await api.post<Operation>(`/v1/partners/${partner}/devices:unclaimAsync`, {
      unclaims: devices.map(device => ({deviceId: device.deviceId, sectionType: section})),
    });
    go(`/reseller/operations/${lastPart(operation.name)}`);
  };
  return (
    <div className="selection">
      <strong role="status">{t.table.selected(devices.length)}</strong>
      <Button kind="quiet" onPress={clear}>
        {t.table.clear}
      </Button>
      <ConfirmButton
        button={t.devices.unclaim}
        title={t.devices.unclaimTitle(devices.length)}
        confirm={t.devices.unclaim}
        act={unclaim}
      >
        <p>{t.devices.unclaimText}</p>
        <p>{t.devices.undoable}</p>
      </ConfirmButton>
    </div>
  );
}

// The devices that the address asks for: those of owners, or what a search finds.
function useWanted(partner: string) {
  const [url] = useUrlState('q', 'customer', 'section', 'manufacturer', 'model');
  const customers = useCustomers(partner);
  const section: SectionType =
    url.section === 'SIM_LOCK' ? 'SECTION_TYPE_SIM_LOCK' : 'SECTION_TYPE_ZERO_TOUCH';
  // The first rows do not wait for the last customers.
  const companies = (customers.isAll ? customers.data : customers.first) ?? kNobody;
  const owners = useMemo(
    () =>
      url.customer
        ? [url.customer]
        : companies.slice(0, kMostOwners).map(each => each.companyId ?? ''),
    [url.customer, companies],
  );
  const isNumber = identifiersOf(url.q).length > 0;
  const list = useDevices(partner, owners, section, !isNumber);
  const found = useQuery({
    queryKey: ['find', partner, url.q, url.manufacturer, url.model],
    queryFn: () => search(partner, url.q, url.manufacturer, url.model),
    enabled: url.q !== '',
  });
  const rows = useMemo(() => {
    if (!url.q) return list.rows;
    const all = new Map((found.data ?? []).map(device => [device.deviceId ?? '', device]));
    for (const device of isNumber ? [] : list.rows) {
      if (matches(device, url.q)) all.set(device.deviceId ?? '', device);
    }
    return [...all.values()];
  }, [url.q, list.rows, found.data, isNumber]);
  const state = {
    isPending:
      (customers.isPending && !url.customer && !isNumber) ||
      (owners.length > 0 && !isNumber && list.isPending) ||
      (url.q !== '' && found.isPending),
    error: customers.error ?? list.error ?? found.error,
    retry: () => {
      if (customers.error) void customers.refetch();
      if (list.error) list.retry();
      if (found.error) void found.refetch();
    },
  };
  // A search for a number has found its devices; another one matches among those of the owners.
  const source: DeviceSource = {
    read: (pageToken, signal) =>
      isNumber
        ? Promise.resolve({devices: rows})
        : findByOwner(partner, owners, section, pageToken, signal),
    ...(url.q && !isNumber ? {keeps: device => matches(device, url.q)} : {}),
    total: isNumber ? undefined : list.total,
    cli: `zerotouch devices list --customer-id ${owners.join(',')} --section-type ${section} --format csv >devices.csv`,
  };
  return {url, customers: customers.data, section, isNumber, list, rows, state, source};
}

export function DevicesPage({partner}: {partner: string}) {
  const {url, customers, section, isNumber, list, rows, state, source} = useWanted(partner);
  const [selected, setSelected] = useState<Record<string, boolean>>({});
  const mayManage = useMay('MANAGER');
  const mayClaim = useMay('ASSIGNER');
  const names = useMemo(
    () => new Map((customers ?? []).map(each => [each.companyId ?? '', each.companyName ?? ''])),
    [customers],
  );
  const columns = useColumns(names);
  const chosen = rows.filter(device => selected[device.deviceId ?? '']);
  const claims = mayClaim && (
    <>
      <LinkButton to="/reseller/claim">{t.devices.claimOne}</LinkButton>
      <LinkButton to="/reseller/upload/claim" kind="primary">
        {t.devices.upload}
      </LinkButton>
    </>
  );
  return (
    <Page
      title={t.devices.title}
      actions={
        <>
          {rows.length > 0 && <SaveDevices name="devices.csv" source={source} />}
          {claims}
        </>
      }
    >
      <Toolbar customers={customers ?? []} />
      {url.q !== '' && !isNumber && <SerialHint list={list} />}
      {!url.customer && (customers?.length ?? 0) > kMostOwners && (
        <Note>{t.devices.mostOwners(kMostOwners)}</Note>
      )}
      <List
        list={state}
        isEmpty={rows.length === 0}
        empty={<NoDevices query={url.q} hasCustomers={customers?.length !== 0} />}
      >
        <Table
          label={t.devices.title}
          rows={rows}
          columns={columns}
          idOf={device => device.deviceId ?? ''}
          nameOf={deviceTitle}
          total={url.q ? undefined : list.total}
          loadingMore={list.isReading}
          hasMore={!url.q && list.hasMore}
          {...(url.q ? {} : {onEnd: list.readOn})}
          {...(mayManage ? {selected, onSelect: setSelected} : {})}
        />
      </List>
      {chosen.length > 0 && (
        <Selection
          partner={partner}
          section={section}
          devices={chosen}
          clear={() => setSelected({})}
        />
      )}
    </Page>
  );
}
