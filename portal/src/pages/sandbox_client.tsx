// SPDX-License-Identifier: Apache-2.0
// A client that retries, to see what it meets: the steps of a call, attempt by attempt.
import {useQuery} from '@tanstack/react-query';
import {useEffect, useRef, useState} from 'react';
import {Link} from 'wouter';
import {api} from '../api/client';
import {callAs, type Attempt, type Request} from '../api/test_client';
import type {CustomersPage} from '../api/types';
import {t} from '../en';
import {useUser, type User} from '../model';
import {Form, useAttempt} from '../ui/attempt';
import {Badge, Button, Card, ErrorNote, Field, Note, Page, Select} from '../ui/kit';
import {useUrlState} from '../ui/url';

type Offer = {method: string; needsImei?: boolean; request: (imei: string) => Request};

// Returns the calls that the account of this person may make. Devices are claimed for `owner`.
function offersFor({partnerId, customerIds}: User, owner: string | undefined): Offer[] {
  const customer = customerIds?.[0];
  const partner = `/v1/partners/${partnerId}`;
  const ofReseller: Offer[] = [
    {
      method: 'partners.vendors.list',
      request: () => ({method: 'GET', path: `${partner}/vendors?pageSize=100`}),
    },
    {
      method: 'partners.customers.list',
      request: () => ({method: 'GET', path: `${partner}/customers?pageSize=100`}),
    },
    {
      method: 'partners.devices.findByIdentifier',
      needsImei: true,
      request: imei => ({
        method: 'POST',
        path: `${partner}/devices:findByIdentifier`,
        body: {deviceIdentifier: {imei}, limit: '10'},
      }),
    },
  ];
  const ofCustomer: Offer[] = [
    {
      method: 'customers.dpcs.list',
      request: () => ({method: 'GET', path: `/v1/customers/${customer}/dpcs`}),
    },
    {
      method: 'customers.devices.list',
      request: () => ({method: 'GET', path: `/v1/customers/${customer}/devices?pageSize=10`}),
    },
  ];
  const toClaim: Offer = {
    method: 'partners.devices.claim',
    needsImei: true,
    request: imei => ({
      method: 'POST',
      path: `${partner}/devices:claim`,
      body: {
        deviceIdentifier: {imei},
        customerId: owner,
        sectionType: 'SECTION_TYPE_ZERO_TOUCH',
      },
    }),
  };
  return [
    ...(partnerId ? ofReseller : []),
    ...(customer ? ofCustomer : []),
    ...(partnerId && owner ? [toClaim] : []),
  ];
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function AttemptCard({attempt, method}: {attempt: Attempt; method: string}) {
  const {isToken, status, text, pause} = attempt;
  const tone = status === 0 || status >= 500 ? 'danger' : status >= 400 ? 'warn' : 'ok';
  return (
    <Card
      title={isToken ? t.client.token : method}
      actions={<Badge tone={tone}>{status ? `HTTP ${status}` : t.client.noAnswer}</Badge>}
    >
      {text && <pre tabIndex={0}>{pretty(text)}</pre>}
      <p className="muted">
        {pause > 0
          ? t.client.retries(pause)
          : status >= 200 && status < 300
            ? t.client.good
            : t.client.gaveUp}
      </p>
    </Card>
  );
}

export function ClientPage() {
  const user = useUser();
  const [url, setUrl] = useUrlState('method', 'imei', 'account');
  const [attempts, setAttempts] = useState<Attempt[]>([]);
  const {busy, error, run} = useAttempt();
  const stop = useRef(new AbortController());
  useEffect(() => () => stop.current.abort(), []);
  const first = useQuery({
    queryKey: ['customers', user.partnerId, 'first'],
    queryFn: () =>
      api.get<CustomersPage>(`/v1/partners/${user.partnerId}/customers`, {pageSize: 1}),
    enabled: Boolean(user.partnerId),
  });
  const offers = offersFor(user, first.data?.customers?.[0]?.companyId);
  const offer = offers.find(each => each.method === url.method) ?? offers[0];
  const account = url.account || user.email;
  const imei = url.imei.trim();
  const start = () =>
    run(async () => {
      if (!offer) return;
      setAttempts([]);
      stop.current = new AbortController();
      const report = (attempt: Attempt) => setAttempts(old => [...old, attempt]);
      await callAs(account.trim(), offer.request(imei), report, stop.current.signal);
    });
  return (
    <Page title={t.client.title} intro={t.client.intro}>
      <Card>
        <Form onSubmit={start}>
          <div className="fields">
            <Select
              label={t.calls.method}
              value={offer?.method ?? ''}
              onChange={method => setUrl({method})}
              options={offers.map(each => [each.method, each.method] as const)}
            />
            <Field
              label={t.client.account}
              value={account}
              onChange={next => setUrl({account: next})}
              hint={t.client.accountHint}
            />
            {offer?.needsImei && (
              <Field
                label={t.upload.columns.imei}
                value={url.imei}
                onChange={next => setUrl({imei: next})}
                required
                mono
              />
            )}
          </div>
          <div className="actions">
            <Button
              type="submit"
              kind="primary"
              busy={busy}
              disabled={!offer || (Boolean(offer.needsImei) && !imei)}
            >
              {t.client.call}
            </Button>
          </div>
        </Form>
      </Card>
      <ErrorNote error={error} />
      <div className="stack" role="status">
        {attempts.map((attempt, i) => (
          <AttemptCard key={i} attempt={attempt} method={offer?.method ?? ''} />
        ))}
      </div>
      {attempts.length === 0 && !error && (
        <Note>
          <p>
            {t.client.hint} <Link href="/sandbox/faults">{t.nav.faults}</Link>
          </p>
        </Note>
      )}
    </Page>
  );
}
