// SPDX-License-Identifier: Apache-2.0
// The devices of a reseller: found by any identifier, or listed by owner.
import {useInfiniteQuery, useQuery} from '@tanstack/react-query';
import {useCallback, useMemo, useState} from 'react';
import {Link, useLocation} from 'wouter';
import {api, ApiError} from '../api/client';
import type {
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

const devicesOf = (page: Page_) => page.devices;

function useDevices(partner: string, owners: string[], section: SectionType, enabled: boolean) {
  const path = `/v1/partners/${partner}/devices:findByOwner`;
  const query = {customerId: owners.slice(0, kMostOwners), sectionType: section};
  const options = {
    // Reading a long list again costs as many calls as it has pages.
    refetchOnWindowFocus: false,
    staleTime: 60_000,
    enabled: enabled && owners.length > 0,
  };
  const list = useInfiniteQuery({
    queryKey: ['devices', partner, owners.join(), section],
    queryFn: ({pageParam, signal}) =>
      api.post<Page_>(
        path,
        {...query, limit: String(kPage), pageToken: pageParam},
        {signal, query: {fields: 'devices,nextPageToken'}},
      ),
    initialPageParam: '',
    getNextPageParam: page => page.nextPageToken || undefined,
    ...options,
  });
  // Counting a long list takes longer than reading its first page: the rows do not wait for it.
  const count = useQuery({
    queryKey: ['devices', partner, owners.join(), section, 'count'],
    queryFn: ({signal}) =>
      api.post<Page_>(path, {...query, limit: '1'}, {signal, query: {fields: 'totalSize'}}),
    ...options,
    enabled: list.isSuccess && options.enabled,
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

export function DevicesPage({partner}: {partner: string}) {
  const [url, setUrl] = useUrlState('q', 'customer', 'section', 'manufacturer', 'model');
  const commitQuery = useCallback((q: string) => setUrl({q: q.trim()}), [setUrl]);
  const [typed, setTyped] = useTyped(url.q, commitQuery);
  const commitMaker = useCallback(
    (manufacturer: string) => setUrl({manufacturer: manufacturer.trim()}),
    [setUrl],
  );
  const commitModel = useCallback((model: string) => setUrl({model: model.trim()}), [setUrl]);
  const [maker, setMaker] = useTyped(url.manufacturer, commitMaker);
  const [model, setModel] = useTyped(url.model, commitModel);
  const [selected, setSelected] = useState<Record<string, boolean>>({});
  const [, go] = useLocation();
  const mayManage = useMay('MANAGER');
  const mayClaim = useMay('ASSIGNER');

  const customers = useCustomers(partner);
  const names = useMemo(
    () =>
      new Map((customers.data ?? []).map(each => [each.companyId ?? '', each.companyName ?? ''])),
    [customers.data],
  );
  const section: SectionType =
    url.section === 'SIM_LOCK' ? 'SECTION_TYPE_SIM_LOCK' : 'SECTION_TYPE_ZERO_TOUCH';
  const owners = useMemo(
    () =>
      url.customer ? [url.customer] : (customers.data ?? []).map(each => each.companyId ?? ''),
    [url.customer, customers.data],
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
  const {total} = list;

  const columns = useMemo<Column<Device>[]>(
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

  const chosen = rows.filter(device => selected[device.deviceId ?? '']);
  const unclaim = async () => {
    const operation = await api.post<Operation>(`/v1/partners/${partner}/devices:unclaimAsync`, {
      unclaims: chosen.map(device => ({deviceId: device.deviceId, sectionType: section})),
    });
    go(`/reseller/operations/${lastPart(operation.name)}`);
  };
  const isLoading =
    customers.isPending ||
    (owners.length > 0 && !isNumber && list.isPending) ||
    (url.q !== '' && found.isPending);
  const looksLikeSerial = url.q !== '' && !isNumber;

  return (
    <Page
      title={t.devices.title}
      actions={
        mayClaim && (
          <>
            <LinkButton to="/reseller/claim">{t.devices.claimOne}</LinkButton>
            <LinkButton to="/reseller/upload/claim" kind="primary">
              {t.devices.upload}
            </LinkButton>
          </>
        )
      }
    >
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
          label={t.devices.owner}
          value={url.customer}
          onChange={customer => setUrl({customer})}
          options={[
            ['', t.devices.allCustomers],
            ...(customers.data ?? []).map(
              each => [each.companyId ?? '', each.companyName ?? ''] as const,
            ),
          ]}
        />
        <Select
          label={t.devices.section}
          value={url.section}
          onChange={next => setUrl({section: next})}
          options={[
            ['', t.sections.SECTION_TYPE_ZERO_TOUCH],
            ['SIM_LOCK', t.sections.SECTION_TYPE_SIM_LOCK],
          ]}
        />
      </search>
      {looksLikeSerial && (
        <Note>
          <p>{t.devices.serialHint(list.rows.length, total)}</p>
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
      )}
      {owners.length > kMostOwners && <Note>{t.devices.mostOwners(kMostOwners)}</Note>}
      <List
        list={{
          isPending: isLoading,
          error: customers.error ?? list.error ?? found.error,
          retry: () => {
            if (customers.error) void customers.refetch();
            if (list.error) list.retry();
            if (found.error) void found.refetch();
          },
        }}
        isEmpty={rows.length === 0}
        empty={
          url.q ? (
            <Empty title={t.devices.notFound(url.q)}>{t.devices.notFoundText}</Empty>
          ) : customers.data?.length === 0 ? (
            <Empty
              title={t.devices.noCustomers}
              action={
                mayManage && (
                  <LinkButton to="/reseller/customers" kind="primary">
                    {t.devices.addCustomer}
                  </LinkButton>
                )
              }
            >
              {t.devices.noCustomersText}
            </Empty>
          ) : (
            <Empty
              title={t.devices.none}
              action={
                mayClaim && (
                  <LinkButton to="/reseller/upload/claim" kind="primary">
                    {t.devices.upload}
                  </LinkButton>
                )
              }
            >
              {t.devices.noneText}
            </Empty>
          )
        }
      >
        <Table
          label={t.devices.title}
          rows={rows}
          columns={columns}
          idOf={device => device.deviceId ?? ''}
          nameOf={deviceTitle}
          total={url.q ? undefined : total}
          loadingMore={list.isReading}
          hasMore={!url.q && list.hasMore}
          {...(url.q ? {} : {onEnd: list.readOn})}
          {...(mayManage ? {selected, onSelect: setSelected} : {})}
        />
      </List>
      {chosen.length > 0 && (
        <div className="selection">
          <strong role="status">{t.table.selected(chosen.length)}</strong>
          <Button kind="quiet" onPress={() => setSelected({})}>
            {t.table.clear}
          </Button>
          <ConfirmButton
            button={t.devices.unclaim}
            title={t.devices.unclaimTitle(chosen.length)}
            confirm={t.devices.unclaim}
            act={unclaim}
          >
            <p>{t.devices.unclaimText}</p>
            <p>{t.devices.undoable}</p>
          </ConfirmButton>
        </div>
      )}
    </Page>
  );
}
