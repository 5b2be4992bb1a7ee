// SPDX-License-Identifier: Apache-2.0
// The configurations of a customer.
import {useQuery} from '@tanstack/react-query';
import {useMemo} from 'react';
import {Link} from 'wouter';
import {api} from '../api/client';
import type {Configuration, CustomerDevicesPage, Dpc} from '../api/types';
import {t} from '../en';
import {lintExtras} from '../extras/lint';
import {lastPart, useMay} from '../model';
import {Badge, Empty, LinkButton, Note, Page} from '../ui/kit';
import {List} from '../ui/list';
import {Table, type Column} from '../ui/table';

export function useConfigurations(customer: string) {
  return useQuery({
    queryKey: ['configurations', customer],
    queryFn: async () => {
      const page = await api.get<{configurations?: Configuration[]}>(
        `/v1/customers/${customer}/configurations`,
      );
      return page.configurations ?? [];
    },
  });
}

export function useDpcs(customer: string) {
  return useQuery({
    queryKey: ['dpcs', customer],
    queryFn: async () =>
      (await api.get<{dpcs?: Dpc[]}>(`/v1/customers/${customer}/dpcs`)).dpcs ?? [],
    staleTime: 60_000,
  });
}

const kMostPages = 20;

// Counts the devices of each configuration. `isAll` is false if there were more devices to read.
export function useUses(customer: string) {
  return useQuery({
    queryKey: ['customerDevices', customer, 'uses'],
    queryFn: async ({signal}) => {
      const counts = new Map<string, number>();
      let pageToken: string | undefined;
      let pages = 0;
      do {
        const page: CustomerDevicesPage = await api.get<CustomerDevicesPage>(
          `/v1/customers/${customer}/devices`,
          {pageSize: 10_000, pageToken, fields: 'devices/configuration,nextPageToken'},
          signal,
        );
        for (const device of page.devices ?? []) {
          if (device.configuration)
            counts.set(device.configuration, (counts.get(device.configuration) ?? 0) + 1);
        }
        pageToken = page.nextPageToken;
      } while (pageToken && ++pages < kMostPages);
      return {counts, isAll: !pageToken};
    },
    staleTime: 30_000,
  });
}

export function ConfigurationsPage({customer}: {customer: string}) {
  const mayEdit = useMay('MANAGER');
  const configurations = useConfigurations(customer);
  const uses = useUses(customer);
  const dpcs = useDpcs(customer);
  const dpcNames = useMemo(
    () =>
      new Map(
        (dpcs.data ?? []).map(each => [
          lastPart(each.name),
          each.dpcName || each.packageName || '',
        ]),
      ),
    [dpcs.data],
  );
  const columns = useMemo<Column<Configuration>[]>(
    () => [
      {
        name: t.configurations.name,
        isMain: true,
        width: '1.6fr',
        cell: each => (
          <>
            <Link href={`/customer/${customer}/configurations/${each.configurationId}`}>
              {each.configurationName}
            </Link>{' '}
            {each.isDefault && <Badge tone="accent">{t.configurations.isDefault}</Badge>}
          </>
        ),
      },
      {
        name: t.configurations.dpc,
        width: '1.4fr',
        cell: each =>
          dpcNames.get(lastPart(each.dpcResourcePath)) ?? lastPart(each.dpcResourcePath),
      },
      {
        name: t.configurations.extras,
        cell: each => {
          const warnings = lintExtras(each.dpcExtras ?? '').length;
          return each.dpcExtras ? (
            warnings > 0 ? (
              <Badge tone="warn">{t.configurations.warnings(warnings)}</Badge>
            ) : (
              <Badge tone="ok">{t.configurations.fine}</Badge>
            )
          ) : (
            t.none
          );
        },
      },
      {
        name: t.configurations.usedBy,
        cell: each =>
          uses.data ? (
            <Link href={`/customer/${customer}/devices?configuration=${each.configurationId}`}>
              {t.configurations.devices(
                uses.data.counts.get(each.name ?? '') ?? 0,
                uses.data.isAll,
              )}
            </Link>
          ) : (
            '…'
          ),
      },
    ],
    [customer, dpcNames, uses.data],
  );
  const add = mayEdit && (
    <LinkButton to={`/customer/${customer}/configurations/new`} kind="primary">
      {t.configurations.add}
    </LinkButton>
  );
  return (
    <Page title={t.configurations.title} intro={t.configurations.intro} actions={add}>
      <List
        list={configurations}
        isEmpty={(configurations.data ?? []).length === 0}
        empty={
          <Empty title={t.configurations.none} action={add}>
            {t.configurations.noneText}
          </Empty>
        }
      >
        <Table
          label={t.configurations.title}
          rows={configurations.data ?? []}
          columns={columns}
          idOf={each => each.name ?? ''}
        />
      </List>
      {configurations.data &&
        configurations.data.length > 0 &&
        !configurations.data.some(each => each.isDefault) && (
          <Note tone="warn">{t.configurations.noDefault}</Note>
        )}
    </Page>
  );
}
