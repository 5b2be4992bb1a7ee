// SPDX-License-Identifier: Apache-2.0
// Shares between pages the person who is signed in, the companies, and the names of things.
import {useInfiniteQuery, useQuery} from '@tanstack/react-query';
import {createContext, useContext, useEffect, useMemo} from 'react';
import {useLocation} from 'wouter';
import {allPages, api} from './api/client';
import type {
  Company,
  CustomersPage,
  CustomerCompaniesPage,
  Device,
  DeviceIdentifier,
} from './api/types';

export const kRoles = ['VIEWER', 'ASSIGNER', 'MANAGER', 'ADMIN', 'OWNER'] as const;
export type Role = (typeof kRoles)[number];

export type User = {
  email: string;
  name?: string;
  role?: string;
  partnerId?: string;
  partnerRole?: string;
  customerIds?: string[];
  customerRoles?: string[]; // of each of customerIds
  mode: 'SANDBOX' | 'OIDC';
  sandboxControls: boolean;
};

export const UserContext = createContext<User | null>(null);

export function useUser(): User {
  const user = useContext(UserContext);
  if (!user) throw new Error('nobody is signed in');
  return user;
}

// Returns the person's role for a customer, or for the reseller.
export function roleOf(user: User, customer?: string): string | undefined {
  if (!customer) return user.partnerRole ?? user.role;
  const i = (user.customerIds ?? []).indexOf(customer);
  return user.customerRoles?.[i] ?? user.role;
}

// Returns the person's role for the company whose page is open.
export function useRole(): string | undefined {
  const user = useUser();
  const [path] = useLocation();
  return roleOf(user, /^\/customer\/(\d+)/.exec(path)?.[1]);
}

// Is true if `role` may do what `least` may. The server decides; this only hides what it would
// refuse.
export function may(role: string | undefined, least: Role): boolean {
  const rank = kRoles.indexOf(role as Role);
  return rank < 0 || rank >= kRoles.indexOf(least);
}

export function useMay(least: Role): boolean {
  return may(useRole(), least);
}

const kCustomersPage = 100; // the most that the API returns

// The customers of a reseller. `data` grows until all pages are read; `first` is the first of them.
export function useCustomers(partner: string) {
  const list = useInfiniteQuery({
    queryKey: ['customers', partner],
    queryFn: ({pageParam, signal}) =>
      api.get<CustomersPage>(
        `/v1/partners/${partner}/customers`,
        {pageSize: kCustomersPage, pageToken: pageParam},
        signal,
      ),
    initialPageParam: '',
    getNextPageParam: page => page.nextPageToken || undefined,
    staleTime: 60_000,
  });
  const {data, hasNextPage, isFetching, isError, fetchNextPage} = list;
  useEffect(() => {
    if (hasNextPage && !isFetching && !isError) void fetchNextPage({cancelRefetch: false});
  }, [hasNextPage, isFetching, isError, fetchNextPage]);
  const customers = useMemo(
    () => data?.pages.flatMap((page): Company[] => page.customers ?? []),
    [data],
  );
  const {isPending, error, refetch} = list;
  const first = data?.pages[0]?.customers;
  return {data: customers, first, isAll: hasNextPage === false, isPending, error, refetch};
}

export function useCustomerNames(partner: string): Map<string, string> {
  const {data} = useCustomers(partner);
  return useMemo(
    () => new Map((data ?? []).map(each => [each.companyId ?? '', each.companyName ?? ''])),
    [data],
  );
}

// The companies that the caller may act for as a customer.
export function useCustomerList() {
  const {customerIds} = useUser();
  return useQuery({
    queryKey: ['companies'],
    queryFn: () =>
      allPages<CustomerCompaniesPage, Company>('/v1/customers', page => page.customers),
    enabled: (customerIds ?? []).length > 0,
    staleTime: 60_000,
  });
}

export function useCustomerCompanies(): Map<string, string> {
  const {data} = useCustomerList();
  return useMemo(
    () =>
      new Map(
        (data ?? []).map(each => [
          each.companyId ?? each.name?.split('/')[1] ?? '',
          each.companyName ?? '',
        ]),
      ),
    [data],
  );
}

// Returns the text by which people know a device.
export function titleOf(identifier: DeviceIdentifier | undefined, id?: string): string {
  const {imei, meid, serialNumber, chromeOsAttestedDeviceId, imei2, meid2} = identifier ?? {};
  return imei ?? meid ?? imei2 ?? meid2 ?? serialNumber ?? chromeOsAttestedDeviceId ?? id ?? '';
}

export function deviceTitle(device: Device): string {
  return titleOf(device.deviceIdentifier, device.deviceId);
}

export function modelOf(identifier: DeviceIdentifier | undefined): string {
  return [identifier?.manufacturer, identifier?.model].filter(Boolean).join(' ');
}

// Returns the last part of a resource's name.
export function lastPart(name: string | undefined): string {
  return (name ?? '').split('/').pop() ?? '';
}

// Returns the queries by which `text`, as a person typed it, may name a device.
export function identifiersOf(text: string): DeviceIdentifier[] {
  const bare = text.replace(/[\s-]/g, '').toUpperCase();
  const found: DeviceIdentifier[] = [];
  if (/^\d{14,16}$/.test(bare)) found.push({imei: bare});
  if (/^[0-9A-F]{14,15}$/.test(bare) || /^\d{18}$/.test(bare)) found.push({meid: bare});
  return found;
}

export function useDevice(parent: string, id: string) {
  return useQuery({queryKey: ['device', parent, id], queryFn: () => getDevice(parent, id)});
}

export async function getDevice(parent: string, id: string): Promise<Device> {
  return api.get<Device>(`/v1/${parent}/devices/${encodeURIComponent(id)}`);
}

// Selects everything that was read but who is signed in: a session that has ended is asked for by
// a dialog, which keeps the page.
export const kAllButSession = {
  predicate: (query: {queryKey: readonly unknown[]}) => query.queryKey[0] !== 'session',
};
