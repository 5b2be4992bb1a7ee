// SPDX-License-Identifier: Apache-2.0
// Webhooks of a reseller or a customer, and what was sent to them.
import {useInfiniteQuery, useQuery, useQueryClient} from '@tanstack/react-query';
import {useCallback, useMemo, useState} from 'react';
import {Link, useLocation} from 'wouter';
import {allPages, api} from '../api/client';
import type {DeliveriesPage, Webhook, WebhookDelivery, WebhooksPage as Page_} from '../api/types';
import {t} from '../en';
import {lastPart, useMay} from '../model';
import {Form, useAttempt} from '../ui/attempt';
import {
  Badge,
  Button,
  Card,
  Check,
  ConfirmButton,
  CopyButton,
  DialogButton,
  Empty,
  ErrorNote,
  Field,
  Note,
  Page,
  tell,
  Time,
} from '../ui/kit';
import {useDraft} from '../ui/draft';
import {List, Unread, usePages} from '../ui/list';
import {Table, type Column} from '../ui/table';

function eventsFor(parent: string): string[] {
  return parent.startsWith('partners/')
    ? ['operation.finished', 'device.claimed', 'device.unclaimed']
    : ['device.claimed', 'device.unclaimed', 'device.configured'];
}

function WebhookForm({
  parent,
  webhook,
  close,
  created,
}: {
  parent: string;
  webhook?: Webhook;
  close: () => void;
  created?: (webhook: Webhook) => void;
}) {
  const client = useQueryClient();
  const {draft, set, forget} = useDraft(webhook?.name ?? `${parent}/webhooks/new`, {
    url: webhook?.url ?? '',
    events: webhook?.events ?? eventsFor(parent),
  });
  const {url, events} = draft;
  const {busy, error, run} = useAttempt();
  const submit = () =>
    run(async () => {
      if (webhook) {
        await api.patch(
          `/openzerotouch/v1/${webhook.name}`,
          {url: url.trim(), events},
          {updateMask: 'url,events'},
        );
      } else {
        created?.(
          await api.post<Webhook>(`/openzerotouch/v1/${parent}/webhooks`, {
            url: url.trim(),
            events,
          }),
        );
      }
      await client.invalidateQueries({queryKey: ['webhooks', parent]});
      tell(t.saved);
      forget();
      close();
    });
  return (
    <Form onSubmit={submit}>
      <Field
        label={t.webhooks.url}
        value={url}
        onChange={next => set({url: next})}
        type="url"
        required
        placeholder="https://"
        hint={t.webhooks.urlHint}
      />
      <fieldset className="choice">
        <legend>{t.webhooks.events}</legend>
        {eventsFor(parent).map(event => (
          <Check
            key={event}
            label={`${event}: ${t.webhooks.eventTexts[event as keyof typeof t.webhooks.eventTexts]}`}
            checked={events.includes(event)}
            onChange={checked =>
              set({
                events: checked ? [...events, event] : events.filter(each => each !== event),
              })
            }
          />
        ))}
      </fieldset>
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
          disabled={!url.trim() || events.length === 0}
        >
          {t.save}
        </Button>
      </div>
    </Form>
  );
}

function Events({of}: {of: Webhook}) {
  return (of.events ?? []).map(event => <Badge key={event}>{event}</Badge>);
}

export function WebhooksPage({parent, base}: {parent: string; base: string}) {
  const mayEdit = useMay('ADMIN');
  const [created, setCreated] = useState<Webhook | null>(null);
  const list = useQuery({
    queryKey: ['webhooks', parent],
    queryFn: () =>
      allPages<Page_, Webhook>(`/openzerotouch/v1/${parent}/webhooks`, page => page.webhooks),
  });
  const columns = useMemo<Column<Webhook>[]>(
    () => [
      {
        name: t.webhooks.url,
        isMain: true,
        width: '2fr',
        cell: each => <Link href={`${base}/webhooks/${lastPart(each.name)}`}>{each.url}</Link>,
      },
      {
        name: t.webhooks.events,
        width: '1.6fr',
        cell: each => (
          <span className="actions">
            <Events of={each} />
          </span>
        ),
      },
    ],
    [base],
  );
  const add = mayEdit && (
    <DialogButton button={t.webhooks.add} kind="primary" title={t.webhooks.add}>
      {close => <WebhookForm parent={parent} close={close} created={setCreated} />}
    </DialogButton>
  );
  return (
    <Page title={t.webhooks.title} intro={t.webhooks.intro} actions={add}>
      {created?.secret && (
        <Card title={t.webhooks.secret} tone="warn">
          <p>{t.webhooks.secretOnce}</p>
          <p>
            <code>{created.secret}</code>{' '}
            <CopyButton text={created.secret} label={t.webhooks.copySecret} />
          </p>
          <div className="actions">
            <Button onPress={() => setCreated(null)}>{t.webhooks.forget}</Button>
          </div>
        </Card>
      )}
      <List
        list={list}
        isEmpty={(list.data ?? []).length === 0}
        empty={
          <Empty title={t.webhooks.none} action={add}>
            {t.webhooks.noneText}
          </Empty>
        }
      >
        <Table
          label={t.webhooks.title}
          rows={list.data ?? []}
          columns={columns}
          idOf={each => each.name ?? ''}
        />
      </List>
    </Page>
  );
}

function lastAttempt(delivery: WebhookDelivery): string {
  const attempts = delivery.attempts ?? [];
  const last = attempts[attempts.length - 1];
  if (!last) return t.none;
  return last.error || t.webhooks.answered(last.httpStatus ?? 0, last.latency ?? '');
}

const deliveriesOf = (page: DeliveriesPage) => page.deliveries;

function useColumns(redeliver: (delivery: WebhookDelivery) => void): Column<WebhookDelivery>[] {
  const mayEdit = useMay('ADMIN');
  return useMemo(() => {
    const columns: Column<WebhookDelivery>[] = [
      {name: t.webhooks.event, isMain: true, width: '1.2fr', cell: each => each.eventType},
      {name: t.webhooks.time, width: '1.2fr', cell: each => <Time at={each.createTime} />},
      {
        name: t.webhooks.state,
        cell: each => (
          <Badge
            tone={each.state === 'DELIVERED' ? 'ok' : each.state === 'FAILED' ? 'danger' : 'warn'}
          >
            {t.webhooks.states[each.state ?? 'STATE_UNSPECIFIED']}
          </Badge>
        ),
      },
      {
        name: t.webhooks.attempts,
        width: '1.8fr',
        cell: each => (
          <>
            {(each.attempts ?? []).length} · {lastAttempt(each)}
          </>
        ),
      },
      {name: t.webhooks.next, width: '1.2fr', cell: each => <Time at={each.nextAttemptTime} />},
    ];
    if (!mayEdit) return columns;
    const again = (each: WebhookDelivery) => (
      <Button
        label={t.webhooks.redeliverOf(each.eventType ?? '')}
        onPress={() => redeliver(each)}
      >
        {t.webhooks.redeliver}
      </Button>
    );
    return [...columns, {name: t.table.actions, cell: again}];
  }, [mayEdit, redeliver]);
}

// Tests, edits and deletes a webhook. `leave` is called before the webhook goes, and again with false
// if it stays.
function WebhookActions({
  webhook,
  parent,
  base,
  test,
  leave,
}: {
  webhook: Webhook;
  parent: string;
  base: string;
  test: () => void;
  leave: (isLeaving: boolean) => Promise<unknown>;
}) {
  const client = useQueryClient();
  const [, go] = useLocation();
  const remove = async () => {
    await leave(true);
    try {
      await api.delete(`/openzerotouch/v1/${webhook.name}`);
    } catch (failure) {
      await leave(false);
      throw failure;
    }
    go(`${base}/webhooks`);
    client.removeQueries({queryKey: ['webhooks', parent, lastPart(webhook.name)]});
    await client.invalidateQueries({queryKey: ['webhooks', parent]});
  };
  return (
    <>
      <Button onPress={test}>{t.webhooks.test}</Button>
      <DialogButton button={t.edit} title={t.webhooks.editTitle}>
        {close => <WebhookForm parent={parent} webhook={webhook} close={close} />}
      </DialogButton>
      <ConfirmButton
        button={t.webhooks.remove}
        title={t.webhooks.removeTitle}
        confirm={t.webhooks.remove}
        act={remove}
      >
        <p>{t.webhooks.removeText}</p>
      </ConfirmButton>
    </>
  );
}

// The deliveries of a webhook, as they happen: until the page is being left.
function useDeliveries(name: string) {
  const [leaving, setLeaving] = useState(false);
  const deliveries = useInfiniteQuery({
    queryKey: ['deliveries', name],
    queryFn: ({pageParam}) =>
      api.get<DeliveriesPage>(`/openzerotouch/v1/${name}/deliveries`, {pageToken: pageParam}),
    initialPageParam: '',
    getNextPageParam: page => page.nextPageToken || undefined,
    refetchInterval: leaving ? false : 3000,
    enabled: !leaving,
  });
  // Nothing on the page is read while the webhook goes, nor on its way to the server.
  const leave = async (isLeaving: boolean) => {
    setLeaving(isLeaving);
    if (isLeaving) await deliveries.refetch({cancelRefetch: false});
  };
  return {pages: usePages(deliveries, deliveriesOf), leave};
}

export function WebhookPage({parent, base, id}: {parent: string; base: string; id: string}) {
  const client = useQueryClient();
  const mayEdit = useMay('ADMIN');
  const name = `${parent}/webhooks/${id}`;
  const webhook = useQuery({
    queryKey: ['webhooks', parent, id],
    queryFn: () => api.get<Webhook>(`/openzerotouch/v1/${name}`),
  });
  const {pages, leave} = useDeliveries(name);
  const {error, run} = useAttempt();
  const send = useCallback(
    (path: string, text: string) =>
      void run(async () => {
        await api.post(`/openzerotouch/v1/${path}`);
        await client.invalidateQueries({queryKey: ['deliveries', name]});
        tell(text);
      }),
    [client, name, run],
  );
  const redeliver = useCallback(
    (each: WebhookDelivery) => send(`${each.name}:redeliver`, t.webhooks.redelivered),
    [send],
  );
  const columns = useColumns(redeliver);
  const back = {to: `${base}/webhooks`, text: t.webhooks.title};
  if (!webhook.data) return <Unread title={t.webhooks.one} back={back} query={webhook} />;
  return (
    <Page
      title={webhook.data.url ?? ''}
      back={back}
      actions={
        mayEdit && (
          <WebhookActions
            webhook={webhook.data}
            parent={parent}
            base={base}
            test={() => send(`${name}:test`, t.webhooks.tested)}
            leave={leave}
          />
        )
      }
    >
      <Note>
        <span className="actions">
          {t.webhooks.events}
          <Events of={webhook.data} />
        </span>
      </Note>
      <ErrorNote error={error} />
      <Card title={t.webhooks.deliveries}>
        <List
          list={pages}
          isEmpty={pages.rows.length === 0}
          empty={<Empty title={t.webhooks.noDeliveries}>{t.webhooks.noDeliveriesText}</Empty>}
        >
          <Table
            label={t.webhooks.deliveries}
            rows={pages.rows}
            columns={columns}
            idOf={each => each.name ?? ''}
            hasMore={pages.hasMore}
            onEnd={pages.readOn}
          />
        </List>
      </Card>
    </Page>
  );
}
