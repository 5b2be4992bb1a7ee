// SPDX-License-Identifier: Apache-2.0
// The service accounts of a reseller: what programs sign in with.
import {useQuery, useQueryClient} from '@tanstack/react-query';
import {useCallback, useMemo, useState} from 'react';
import {api} from '../api/client';
import type {ServiceAccount, ServiceAccountsPage} from '../api/types';
import {t} from '../en';
import {useMay} from '../model';
import {useAttempt} from '../ui/attempt';
import {
  Badge,
  Button,
  Card,
  ConfirmButton,
  CopyButton,
  Empty,
  ErrorNote,
  Note,
  Page,
  saveFile,
  tell,
  Time,
} from '../ui/kit';
import {List} from '../ui/list';
import {Table, type Column} from '../ui/table';

// How many calls the account has made of those that it may make.
function Quota({account}: {account: ServiceAccount}) {
  const most = Number(account.quota?.callsPer100s ?? 0);
  if (most === 0) return <>{t.keys.unlimited}</>;
  const used = Number(account.quota?.callsUsed ?? 0);
  return (
    <>
      <progress max={most} value={used} aria-label={t.keys.quotaOf(account.email ?? '')} />{' '}
      {t.keys.used(used, most)}
    </>
  );
}

function Keys({keys}: {keys: NonNullable<ServiceAccount['keys']>}) {
  if (keys.length === 0) return <>{t.none}</>;
  return (
    <span className="stack">
      {keys.map(key => (
        <span key={key.keyId}>
          <code>{(key.keyId ?? '').slice(0, 12)}…</code> <Time at={key.createTime} />
        </span>
      ))}
    </span>
  );
}

function useColumns(revoke: (account: ServiceAccount) => Promise<unknown>): Column<ServiceAccount>[] {
  const mayEdit = useMay('OWNER');
  return useMemo(() => {
    const columns: Column<ServiceAccount>[] = [
      {
        name: t.keys.account,
        isMain: true,
        width: '2fr',
        cell: each => (
          <>
            <code>{each.email}</code>{' '}
            {each.disabled && <Badge tone="warn">{t.keys.disabled}</Badge>}
          </>
        ),
      },
      {name: t.keys.quota, width: '1.2fr', cell: each => <Quota account={each} />},
      {name: t.keys.keys, width: '1.5fr', cell: each => <Keys keys={each.keys ?? []} />},
    ];
    if (!mayEdit) return columns;
    const revokeButton = (each: ServiceAccount) => (
      <ConfirmButton
        button={t.keys.revoke}
        title={t.keys.revokeTitle(each.email ?? '')}
        confirm={t.keys.revoke}
        act={() => revoke(each)}
      >
        <p>{t.keys.revokeText}</p>
      </ConfirmButton>
    );
    return [...columns, {name: t.table.actions, cell: revokeButton}];
  }, [mayEdit, revoke]);
}

// Shows the key of a new account, once.
function NewKey({account, forget}: {account: ServiceAccount; forget: () => void}) {
  const file = JSON.stringify(account.credentials, null, 2);
  const save = () => {
    saveFile(`${(account.email ?? 'key').split('@')[0]}.json`, file, 'application/json');
    tell(t.keys.saved);
  };
  return (
    <Card title={t.keys.created} tone="warn">
      <Note tone="warn">{t.keys.once}</Note>
      <p>
        <code>{account.email}</code>
      </p>
      <div className="actions">
        <Button kind="primary" onPress={save}>
          {t.keys.save}
        </Button>
        <CopyButton text={file} label={t.keys.copy} />
        <Button onPress={forget}>{t.keys.forget}</Button>
      </div>
    </Card>
  );
}

export function KeysPage({partner}: {partner: string}) {
  const client = useQueryClient();
  const mayEdit = useMay('OWNER');
  const path = `/openzerotouch/v1/partners/${partner}/serviceAccounts`;
  const [created, setCreated] = useState<ServiceAccount | null>(null);
  const {busy, error, run} = useAttempt();
  const accounts = useQuery({
    queryKey: ['accounts', partner],
    queryFn: async () => (await api.get<ServiceAccountsPage>(path)).serviceAccounts ?? [],
    refetchInterval: 10_000, // the quota used changes with every call
  });
  const refresh = useCallback(
    () => client.invalidateQueries({queryKey: ['accounts', partner]}),
    [client, partner],
  );
  const create = () =>
    run(async () => {
      setCreated(await api.post<ServiceAccount>(path));
      await refresh();
    });
  const revoke = useCallback(
    async (account: ServiceAccount) => {
      await api.delete(`/openzerotouch/v1/${account.name}`);
      await refresh();
    },
    [refresh],
  );
  const columns = useColumns(revoke);
  const add = mayEdit && (
    <Button kind="primary" busy={busy} onPress={() => void create()}>
      {t.keys.create}
    </Button>
  );
  return (
    <Page title={t.keys.title} intro={t.keys.intro} actions={add}>
      <ErrorNote error={error} />
      {created?.credentials && <NewKey account={created} forget={() => setCreated(null)} />}
      <List
        list={accounts}
        isEmpty={(accounts.data ?? []).length === 0}
        empty={
          <Empty title={t.keys.none} action={add}>
            {t.keys.noneText}
          </Empty>
        }
      >
        <Table
          label={t.keys.title}
          rows={accounts.data ?? []}
          columns={columns}
          idOf={each => each.name ?? ''}
        />
      </List>
    </Page>
  );
}
