// SPDX-License-Identifier: Apache-2.0
// A customer's terms of service, and the resellers that registered its devices.
import {useQueryClient} from '@tanstack/react-query';
import {useEffect, useMemo} from 'react';
import {Link} from 'wouter';
import {api, ApiError} from '../api/client';
import {t} from '../en';
import {kAllButSession, useCustomerList, useUser} from '../model';
import {useAttempt} from '../ui/attempt';
import {Button, Card, Empty, ErrorNote, Facts, Field, Loading, Note, Page, tell} from '../ui/kit';
import {List} from '../ui/list';
import {Table, type Column} from '../ui/table';
import {useUrlState} from '../ui/url';
import {TermsBadge} from './customers';
import {useCustomerDevices} from './customer_devices';

export function TermsPage({customer}: {customer: string}) {
  const client = useQueryClient();
  const user = useUser();
  const list = useCustomerList();
  const {error, run} = useAttempt();
  const company = list.data?.find(
    each => (each.companyId ?? '') === customer || each.name === `customers/${customer}`,
  );
  const isPending = list.error instanceof ApiError && list.error.reason === 'TOS';
  const status = isPending ? 'TERMS_STATUS_NOT_ACCEPTED' : company?.termsStatus;
  const setTerms = (accepted: boolean) =>
    run(async () => {
      await api.post(`/sandbox/v1/customers/${customer}:setTerms`, {accepted});
      await client.invalidateQueries(kAllButSession);
      tell(t.saved);
    });
  return (
    <Page title={t.terms.title} intro={t.terms.intro}>
      {list.isPending && <Loading />}
      {!isPending && <ErrorNote error={list.error} retry={() => void list.refetch()} />}
      {(company || isPending) && (
        <Card title={company?.companyName ?? customer}>
          <Facts
            rows={[
              [t.customers.id, <code>{customer}</code>],
              [t.terms.status, <TermsBadge status={status} />],
              [t.customers.owners, (company?.ownerEmails ?? []).join(', ')],
            ]}
          />
          {status !== 'TERMS_STATUS_ACCEPTED' && <Note tone="warn">{t.terms.pending}</Note>}
          <ErrorNote error={error} />
          {user.sandboxControls ? (
            <>
              <p className="hint">{t.terms.sandbox}</p>
              <div className="actions">
                <Button kind="primary" onPress={() => void setTerms(true)}>
                  {t.terms.accept}
                </Button>
                <Button onPress={() => void setTerms(false)}>{t.terms.withdraw}</Button>
              </div>
            </>
          ) : (
            <p className="hint">{t.terms.operator}</p>
          )}
        </Card>
      )}
    </Page>
  );
}

type Reseller = {id: string; devices: number};
const kReadAtFirst = 1000; // devices

export function CustomerResellersPage({customer}: {customer: string}) {
  const [url, setUrl] = useUrlState('q');
  const devices = useCustomerDevices(customer);
  const {rows: read, readOn, hasMore} = devices;
  useEffect(() => {
    if (hasMore && read.length < kReadAtFirst) readOn();
  }, [hasMore, read.length, readOn]);
  const all = useMemo(() => {
    const counts = new Map<string, number>();
    for (const device of read) {
      for (const id of new Set((device.claims ?? []).map(claim => claim.resellerId ?? ''))) {
        if (id) counts.set(id, (counts.get(id) ?? 0) + 1);
      }
    }
    return [...counts].map(([id, count]) => ({id, devices: count}));
  }, [read]);
  const rows = all.filter(each => each.id.includes(url.q.trim()));
  const columns = useMemo<Column<Reseller>[]>(
    () => [
      {name: t.resellers.id, isMain: true, cell: each => <code>{each.id}</code>},
      {
        name: t.resellers.devices,
        cell: each => (
          <Link href={`/customer/${customer}/devices`}>{each.devices.toLocaleString()}</Link>
        ),
      },
    ],
    [customer],
  );
  return (
    <Page title={t.resellers.title} intro={t.resellers.intro}>
      <div className="toolbar">
        <div className="wide">
          <Field
            label={t.resellers.search}
            value={url.q}
            onChange={q => setUrl({q})}
            type="search"
          />
        </div>
        {hasMore && (
          <Button busy={devices.isReading} onPress={readOn}>
            {t.resellers.more}
          </Button>
        )}
      </div>
      <List
        list={devices}
        isEmpty={rows.length === 0}
        empty={
          <Empty title={url.q ? t.resellers.notFound : t.resellers.none}>
            {t.resellers.noneText}
          </Empty>
        }
      >
        <Table label={t.resellers.title} rows={rows} columns={columns} idOf={each => each.id} />
      </List>
    </Page>
  );
}
