// SPDX-License-Identifier: Apache-2.0
import {useQueryClient} from '@tanstack/react-query';
import {useEffect, useState} from 'react';
import {loginUrl, readSession, signIn, type Account, type Session} from '../api/session';
import {t} from '../en';
import iconUrl from '../icon.svg';
import {Button, Card, Empty, ErrorNote, Field, Note} from '../ui/kit';

function rolesOf(account: Account): string {
  const customers = (account.customers ?? []).map(each => each.companyName || each.customerId);
  const roles: string[] = [];
  if (account.partnerId) roles.push(t.signIn.resellerOf(account.partnerName ?? account.partnerId));
  if (customers.length > 0) roles.push(t.signIn.customerOf(customers.join(', ')));
  return roles.join(' · ') || t.signIn.noRole;
}

// More accounts than this get a search box.
const kFewAccounts = 8;

export function SignInPage({session}: {session: Session & {signedIn: false}}) {
  const client = useQueryClient();
  const [busy, setBusy] = useState('');
  const [error, setError] = useState<unknown>(null);
  const [search, setSearch] = useState('');
  const reason = new URLSearchParams(location.search).get('signInError') ?? '';
  useEffect(() => {
    document.title = `${t.signIn.title} · ${t.product}`;
  }, []);
  const accounts = session.accounts ?? [];
  const shown = accounts.filter(each =>
    `${each.email} ${rolesOf(each)}`.toLowerCase().includes(search.toLowerCase()),
  );
  const choose = async (email: string) => {
    setBusy(email);
    setError(null);
    try {
      await signIn(email);
      client.setQueryData(['session'], await readSession());
    } catch (failure) {
      setError(failure);
      setBusy('');
    }
  };
  return (
    <main className="welcome">
      <div className="welcome-card">
        <p className="brand">
          <img src={iconUrl} alt="" />
          {t.product}
        </p>
        <Card>
          <h1>{t.signIn.title}</h1>
          <ErrorNote error={error} />
          {reason in t.signIn.errors && (
            <Note tone="danger">{t.signIn.errors[reason as keyof typeof t.signIn.errors]}</Note>
          )}
          {session.mode === 'OIDC' ? (
            <>
              <p>{t.signIn.oidc}</p>
              <a className="button primary" href={loginUrl()}>
                {t.signIn.oidcButton}
              </a>
            </>
          ) : accounts.length === 0 ? (
            <Empty title={t.signIn.noAccounts}>{t.signIn.noAccountsText}</Empty>
          ) : (
            <>
              <p className="muted">{t.signIn.sandbox}</p>
              {accounts.length > kFewAccounts && (
                <Field label={t.signIn.search} value={search} onChange={setSearch} type="search" />
              )}
              <ul className="accounts">
                {shown.map(account => (
                  <li key={account.email}>
                    <Button
                      busy={busy === account.email}
                      disabled={busy !== '' && busy !== account.email}
                      onPress={() => void choose(account.email)}
                    >
                      <span className="account">
                        <strong>{rolesOf(account)}</strong>
                        <span>{account.email}</span>
                      </span>
                    </Button>
                  </li>
                ))}
              </ul>
            </>
          )}
        </Card>
      </div>
    </main>
  );
}
