// SPDX-License-Identifier: Apache-2.0
// Lists the users of a company with their roles, and adds and removes users.
import {useQuery, useQueryClient} from '@tanstack/react-query';
import {useMemo} from 'react';
import {api} from '../api/client';
import type {PortalUser, UsersPage as Page_} from '../api/types';
import {t} from '../en';
import {kRoles, useMay, type Role} from '../model';
import {Form, useAttempt} from '../ui/attempt';
import {
  Badge,
  Button,
  Card,
  ConfirmButton,
  DialogButton,
  Empty,
  ErrorNote,
  Facts,
  Field,
  Page,
  Select,
  tell,
  Time,
} from '../ui/kit';
import {useDraft} from '../ui/draft';
import {List} from '../ui/list';
import {Table, type Column} from '../ui/table';

function AddUser({parent, close}: {parent: string; close: () => void}) {
  const client = useQueryClient();
  const {draft, set, forget} = useDraft(`${parent}/users/new`, {
    kind: 'email',
    text: '',
    role: 'VIEWER' as Role,
  });
  const {kind, text, role} = draft;
  const {busy, error, run} = useAttempt();
  const submit = () =>
    run(async () => {
      await api.post(`/openzerotouch/v1/${parent}/users`, {[kind]: text.trim(), role});
      await client.invalidateQueries({queryKey: ['users', parent]});
      tell(t.users.added);
      forget();
      close();
    });
  return (
    <Form onSubmit={submit}>
      <Select
        label={t.users.who}
        value={kind}
        onChange={next => set({kind: next})}
        options={[
          ['email', t.users.person],
          ['group', t.users.group],
        ]}
      />
      <Field
        label={kind === 'email' ? t.users.email : t.users.groupName}
        value={text}
        onChange={next => set({text: next})}
        required
        hint={kind === 'email' ? t.users.emailHint : t.users.groupHint}
        {...(kind === 'email' ? {type: 'email' as const} : {})}
      />
      <Select
        label={t.users.role}
        value={role}
        onChange={next => set({role: next as Role})}
        hint={t.roleTexts[role]}
        options={kRoles.map(each => [each, t.roles[each]] as const)}
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
        <Button type="submit" kind="primary" busy={busy} disabled={!text.trim()}>
          {t.users.add}
        </Button>
      </div>
    </Form>
  );
}

export function UsersPage({parent}: {parent: string}) {
  const client = useQueryClient();
  const mayEdit = useMay('OWNER');
  const users = useQuery({
    queryKey: ['users', parent],
    queryFn: async () => (await api.get<Page_>(`/openzerotouch/v1/${parent}/users`)).users ?? [],
  });
  const columns = useMemo<Column<PortalUser>[]>(
    () => [
      {
        name: t.users.who,
        isMain: true,
        width: '2fr',
        cell: each =>
          each.email || (
            <>
              <Badge>{t.users.group}</Badge> {each.group}
            </>
          ),
      },
      {name: t.users.role, cell: each => t.roles[(each.role ?? 'VIEWER') as Role] ?? each.role},
      {name: t.users.since, cell: each => <Time at={each.createTime} />},
      ...(mayEdit
        ? [
            {
              name: t.table.actions,
              cell: (each: PortalUser) => (
                <ConfirmButton
                  button={t.users.remove}
                  title={t.users.removeTitle(each.email || each.group || '')}
                  confirm={t.users.remove}
                  act={async () => {
                    await api.delete(`/openzerotouch/v1/${each.name}`);
                    await client.invalidateQueries({queryKey: ['users', parent]});
                  }}
                >
                  <p>{t.users.removeText}</p>
                </ConfirmButton>
              ),
            },
          ]
        : []),
    ],
    [client, mayEdit, parent],
  );
  const add = mayEdit && (
    <DialogButton button={t.users.add} kind="primary" title={t.users.add}>
      {close => <AddUser parent={parent} close={close} />}
    </DialogButton>
  );
  return (
    <Page title={t.users.title} intro={t.users.intro} actions={add}>
      <List
        list={users}
        isEmpty={(users.data ?? []).length === 0}
        empty={
          <Empty title={t.users.none} action={add}>
            {t.users.noneText}
          </Empty>
        }
      >
        <Table
          label={t.users.title}
          rows={users.data ?? []}
          columns={columns}
          idOf={each => each.name ?? ''}
        />
      </List>
      <Card title={t.users.roles}>
        <Facts
          rows={[...kRoles].reverse().map(role => [t.roles[role], t.roleTexts[role]] as const)}
        />
      </Card>
    </Page>
  );
}
