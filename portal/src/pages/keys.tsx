// SPDX-License-Identifier: Apache-2.0
// The service accounts of a reseller: what programs sign in with.
import {useQuery, useQueryClient} from '@tanstack/react-query';
import {useMemo, useState} from 'react';
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
  const create = () =>
    run(async () => {
      setCreated(await api.post<ServiceAccount>(path));
      await client.invalidateQueries({queryKey: ['accounts', partner]});
    });
  const columns = useMemo<Column<ServiceAccount>[]>(
    () => [
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
      {
        name: t.keys.quota,
        width: '1.2fr',
        cell: each => {
          const most = Number(each.quota?.callsPer100s ?? 0);
          if (most === 0) return t.keys.unlimited;
          const used = Number(each.quota?.callsUsed ?? 0);
          return (
            <>
              <progress max={most} value={used} aria-label={t.keys.quotaOf(each.email ?? '')} />{' '}
              {t.keys.used(used, most)}
            </>
          );
        },
      },
      {
        name: t.keys.keys,
        width: '1.5fr',
        cell: each =>
          (each.keys ?? []).length === 0 ? (
            t.none
          ) : (
            <span className="stack">
              {(each.keys ?? []).map(key => (
                <span key={key.keyId}>
                  <code>{(key.keyId ?? '').slice(0, 12)}…</code> <Time at={key.createTime} />
                </span>
              ))}
            </span>
          ),
      },
      ...(mayEdit
        ? [
            {
              name: t.table.actions,
              cell: (each: ServiceAccount) => (
                <ConfirmButton
                  button={t.keys.revoke}
                  title={t.keys.revokeTitle(each.email ?? '')}
                  confirm={t.keys.revoke}
                  act={async () => {
                    await api.delete(`/openzerotouch/v1/${each.name}`);
                    await client.invalidateQueries({queryKey: ['accounts', partner]});
                  }}
                >
                  <p>{t.keys.revokeText}</p>
                </ConfirmButton>
              ),
            },
          ]
        : []),
    ],
    [client, mayEdit, partner],
  );
  const add = mayEdit && (
    <Button kind="primary" busy={busy} onPress={() => void create()}>
      {t.keys.create}
    </Button>
  );
  const file = created?.credentials ? JSON.stringify(created.credentials, null, 2) : '';
  return (
    <Page title={t.keys.title} intro={t.keys.intro} actions={add}>
      <ErrorNote error={error} />
      {created && file && (
        <Card title={t.keys.created} tone="warn">
          <Note tone="warn">{t.keys.once}</Note>
          <p>
            <code>{created.email}</code>
          </p>
          <div className="actions">
            <Button
              kind="primary"
              onPress={() => {
                saveFile(
                  `${(created.email ?? 'key').split('@')[0]}.json`,
                  file,
                  'application/json',
                );
                tell(t.keys.saved);
              }}
            >
              {t.keys.save}
            </Button>
            <CopyButton text={file} label={t.keys.copy} />
            <Button onPress={() => setCreated(null)}>{t.keys.forget}</Button>
          </div>
        </Card>
      )}
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
