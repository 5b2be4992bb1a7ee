// SPDX-License-Identifier: Apache-2.0
// The customers of a reseller, and its vendors.
import {useQuery, useQueryClient} from '@tanstack/react-query';
import {useMemo, useState} from 'react';
import {Link} from 'wouter';
import {allPages, api} from '../api/client';
import type {Company, VendorsPage} from '../api/types';
import {t} from '../en';
import {lastPart, useCustomers, useMay} from '../model';
import {Form, useAttempt} from '../ui/attempt';
import {
  Badge,
  Button,
  Card,
  DialogButton,
  Empty,
  ErrorNote,
  Field,
  Loading,
  Page,
  tell,
} from '../ui/kit';
import {useDraft} from '../ui/draft';
import {List} from '../ui/list';
import {Table, type Column} from '../ui/table';
import {useUrlState} from '../ui/url';

export function TermsBadge({status}: {status: Company['termsStatus']}) {
  const tone =
    status === 'TERMS_STATUS_ACCEPTED'
      ? 'ok'
      : status === 'TERMS_STATUS_UNSPECIFIED' || !status
        ? 'plain'
        : 'warn';
  return <Badge tone={tone}>{t.termsStatus[status ?? 'TERMS_STATUS_UNSPECIFIED']}</Badge>;
}

function emailsOf(text: string): string[] {
  return text.split(/[\s,;]+/).filter(Boolean);
}

function NewCustomer({partner, close}: {partner: string; close: () => void}) {
  const client = useQueryClient();
  const {draft, set, forget} = useDraft(`partners/${partner}/customers/new`, {
    name: '',
    owners: '',
    admins: '',
  });
  const {name, owners, admins} = draft;
  const {busy, error, run} = useAttempt();
  const submit = () =>
    run(async () => {
      const customer: Company = {companyName: name.trim(), ownerEmails: emailsOf(owners)};
      if (emailsOf(admins).length > 0) customer.adminEmails = emailsOf(admins);
      await api.post(`/v1/partners/${partner}/customers`, {customer});
      await client.invalidateQueries({queryKey: ['customers']});
      tell(t.customers.created);
      forget();
      close();
    });
  return (
    <Form onSubmit={submit}>
      <Field label={t.customers.name} value={name} onChange={next => set({name: next})} required autoFocus />
      <Field
        label={t.customers.owners}
        value={owners}
        onChange={next => set({owners: next})}
        hint={t.customers.ownersHint}
        required
      />
      <Field
        label={t.customers.admins}
        value={admins}
        onChange={next => set({admins: next})}
        hint={t.customers.adminsHint}
      />
      <ErrorNote error={error} />
      <div className="dialog-foot">
        <Button
          onPress={() => {
            forget();
            close();
          }}
        >
          {t.cancel}
        </Button>
        <Button
          type="submit"
          kind="primary"
          busy={busy}
          disabled={!name.trim() || emailsOf(owners).length === 0}
        >
          {t.customers.create}
        </Button>
      </div>
    </Form>
  );
}

export function CustomersPage({partner}: {partner: string}) {
  const [url, setUrl] = useUrlState('q');
  const mayCreate = useMay('MANAGER');
  const customers = useCustomers(partner);
  const vendors = useQuery({
    queryKey: ['vendors', partner],
    queryFn: () =>
      allPages<VendorsPage, Company>(`/v1/partners/${partner}/vendors`, page => page.vendors),
  });
  const rows = useMemo(
    () =>
      (customers.data ?? []).filter(each =>
        `${each.companyName} ${each.companyId} ${(each.ownerEmails ?? []).join(' ')}`
          .toLowerCase()
          .includes(url.q.toLowerCase()),
      ),
    [customers.data, url.q],
  );
  const columns = useMemo<Column<Company>[]>(
    () => [
      {
        name: t.customers.name,
        isMain: true,
        width: '2fr',
        cell: each => (
          <Link href={`/reseller/devices?customer=${each.companyId}`}>{each.companyName}</Link>
        ),
      },
      {name: t.customers.id, cell: each => <code>{each.companyId}</code>},
      {name: t.customers.terms, cell: each => <TermsBadge status={each.termsStatus} />},
      {
        name: t.customers.owners,
        width: '1.6fr',
        cell: each => (each.ownerEmails ?? []).join(', ') || t.none,
      },
    ],
    [],
  );
  const vendorColumns = useMemo<Column<Company>[]>(
    () => [
      {name: t.customers.vendor, isMain: true, width: '2fr', cell: each => each.companyName},
      {name: t.customers.id, cell: each => <code>{each.companyId ?? lastPart(each.name)}</code>},
      {
        name: t.customers.title,
        width: '1.6fr',
        cell: each => <VendorCustomers name={each.name ?? ''} />,
      },
    ],
    [],
  );
  const add = mayCreate && (
    <DialogButton button={t.customers.add} kind="primary" title={t.customers.add}>
      {close => <NewCustomer partner={partner} close={close} />}
    </DialogButton>
  );
  return (
    <Page title={t.customers.title} intro={t.customers.intro} actions={add}>
      <div className="toolbar">
        <div className="wide">
          <Field
            label={t.customers.search}
            value={url.q}
            onChange={q => setUrl({q})}
            type="search"
          />
        </div>
      </div>
      <List
        list={customers}
        isEmpty={rows.length === 0}
        empty={
          url.q ? (
            <Empty title={t.customers.notFound(url.q)} />
          ) : (
            <Empty title={t.customers.none} action={add}>
              {t.customers.noneText}
            </Empty>
          )
        }
      >
        <Table
          label={t.customers.title}
          rows={rows}
          columns={columns}
          idOf={each => each.name ?? ''}
        />
      </List>
      <Card title={t.customers.vendors}>
        <p className="hint">{t.customers.vendorsText}</p>
        <List
          list={vendors}
          isEmpty={(vendors.data ?? []).length === 0}
          empty={<p className="muted">{t.customers.noVendors}</p>}
        >
          <Table
            label={t.customers.vendors}
            rows={vendors.data ?? []}
            columns={vendorColumns}
            idOf={each => each.name ?? ''}
          />
        </List>
      </Card>
    </Page>
  );
}

function VendorCustomers({name}: {name: string}) {
  const [isOpen, setOpen] = useState(false);
  const customers = useQuery({
    queryKey: ['vendorCustomers', name],
    queryFn: () =>
      allPages<{customers?: Company[]; nextPageToken?: string}, Company>(
        `/v1/${name}/customers`,
        page => page.customers,
      ),
    enabled: isOpen,
  });
  if (!isOpen)
    return (
      <Button kind="quiet" onPress={() => setOpen(true)}>
        {t.customers.showVendor}
      </Button>
    );
  if (customers.isPending) return <Loading />;
  if (customers.error)
    return <ErrorNote error={customers.error} retry={() => void customers.refetch()} />;
  return <>{customers.data.map(each => each.companyName).join(', ') || t.customers.vendorNone}</>;
}
