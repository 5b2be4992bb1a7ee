// SPDX-License-Identifier: Apache-2.0
// The frame of every page: who is signed in, where one can go, and what is shown there.
import {useQuery, useQueryClient} from '@tanstack/react-query';
import {
  Suspense,
  useEffect,
  useRef,
  useState,
  useSyncExternalStore,
  type ReactNode,
} from 'react';
import {Dialog, Heading, Modal, ModalOverlay} from 'react-aria-components';
import {Link, Redirect, Route, Switch, useLocation} from 'wouter';
import {loginUrl, readSession, sessionExpiry, signIn, signOut, type Session} from './api/session';
import {t} from './en';
import iconUrl from './icon.svg';
import {
  may,
  roleOf,
  UserContext,
  useCustomerCompanies,
  useRole,
  useUser,
  type Role,
  type User,
} from './model';
import {MissingPage} from './pages/missing';
import {SignInPage} from './pages/sign_in';
import {CustomerPages, loadOtherParts, ResellerPages, SandboxPages} from './parts';
import {chooseTheme, storedTheme, type Theme} from './theme';
import {useAttempt} from './ui/attempt';
import {Boundary} from './ui/boundary';
import {forgetDrafts} from './ui/draft';
import {Button, Empty, ErrorNote, Loading, News, Page, Select} from './ui/kit';

export function App() {
  const session = useQuery({
    queryKey: ['session'],
    queryFn: readSession,
    staleTime: Infinity,
    retry: 1,
  });
  if (session.isPending)
    return (
      <main>
        <Loading />
      </main>
    );
  if (session.isError) {
    return (
      <main>
        <h1>{t.product}</h1>
        <ErrorNote error={session.error} retry={() => void session.refetch()} />
      </main>
    );
  }
  if (!session.data.signedIn) return <SignInPage session={session.data} />;
  const {user, mode, sandboxControls} = session.data;
  return (
    <UserContext.Provider value={{...user, mode, sandboxControls: Boolean(sandboxControls)}}>
      <Frame />
      <SessionExpired session={session.data} />
      <News />
    </UserContext.Provider>
  );
}

// Asks to sign in again, and keeps the page as it is: what was typed is not lost.
function SessionExpired({session}: {session: Session & {signedIn: true}}) {
  const expired = useSyncExternalStore(sessionExpiry.subscribe, sessionExpiry.get);
  const client = useQueryClient();
  const [error, setError] = useState<unknown>(null);
  if (!expired) return null;
  const again = async () => {
    try {
      if (session.mode === 'SANDBOX') await signIn(session.user.email);
      const next = await readSession();
      if (!next.signedIn) return setError(new Error(t.session.notYet));
      // Another person's data must not be shown.
      if (next.user.email !== session.user.email) return location.assign('/portal/');
      client.setQueryData(['session'], next);
      await client.invalidateQueries({predicate: query => query.queryKey[0] !== 'session'});
    } catch (failure) {
      setError(failure);
    }
  };
  return (
    <ModalOverlay className="overlay" isOpen>
      <Modal className="modal">
        <Dialog className="dialog" role="alertdialog">
          <Heading slot="title" level={2}>
            {t.session.expired}
          </Heading>
          <p>{t.session.expiredText}</p>
          <ErrorNote error={error} />
          <div className="dialog-foot">
            {session.mode === 'OIDC' && (
              <a className="button" href={loginUrl()} target="_blank" rel="noreferrer">
                {t.session.openLogin}
              </a>
            )}
            <Button kind="primary" onPress={() => void again()}>
              {session.mode === 'OIDC' ? t.session.goOn : t.session.signInAs(session.user.email)}
            </Button>
          </div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

type NavItem = {to: string; text: string; least?: Role}; // the role that may read the page

function resellerNav(user: User): NavItem[] {
  if (!user.partnerId) return [];
  return [
    {to: '/reseller/devices', text: t.nav.devices},
    {to: '/reseller/upload/claim', text: t.nav.upload, least: 'ASSIGNER'},
    {to: '/reseller/upload/unclaim', text: t.nav.unclaimCsv, least: 'MANAGER'},
    {to: '/reseller/customers', text: t.nav.customers},
    {to: '/reseller/operations', text: t.nav.operations},
    {to: '/reseller/webhooks', text: t.nav.webhooks, least: 'ADMIN'},
    {to: '/reseller/keys', text: t.nav.keys, least: 'OWNER'},
    {to: '/reseller/users', text: t.nav.users, least: 'OWNER'},
  ];
}

function customerNav(customer: string): NavItem[] {
  const base = `/customer/${customer}`;
  return [
    {to: `${base}/devices`, text: t.nav.devices},
    {to: `${base}/configurations`, text: t.nav.configurations},
    {to: `${base}/resellers`, text: t.nav.resellers},
    {to: `${base}/webhooks`, text: t.nav.webhooks, least: 'ADMIN'},
    {to: `${base}/users`, text: t.nav.users, least: 'OWNER'},
    {to: `${base}/terms`, text: t.nav.terms},
  ];
}

const kSandboxNav: NavItem[] = [
  {to: '/sandbox/calls', text: t.nav.calls},
  {to: '/sandbox/client', text: t.nav.client},
  {to: '/sandbox/faults', text: t.nav.faults},
  {to: '/sandbox/controls', text: t.nav.controls},
  {to: '/sandbox/phone', text: t.nav.phone},
];

function NavGroup({
  title,
  items,
  role,
  children,
}: {
  title: string;
  items: NavItem[];
  role?: string | undefined;
  children?: ReactNode;
}) {
  const [path] = useLocation();
  return (
    <nav className="nav-group" aria-label={title}>
      <p className="nav-title" aria-hidden="true">
        {title}
      </p>
      {children}
      <ul>
        {items
          .filter(({least}) => !least || may(role, least))
          .map(({to, text}) => (
            <li key={to}>
              <Link
                href={to}
                {...(path === to || path.startsWith(`${to}/`)
                  ? {'aria-current': 'page' as const}
                  : {})}
              >
                {text}
              </Link>
            </li>
          ))}
      </ul>
    </nav>
  );
}

function CustomerNav() {
  const user = useUser();
  const [path, go] = useLocation();
  const ids = user.customerIds ?? [];
  const current = /^\/customer\/(\d+)/.exec(path)?.[1] ?? ids[0];
  const names = useCustomerCompanies();
  if (!current) return null;
  return (
    <NavGroup title={t.nav.customer} items={customerNav(current)} role={roleOf(user, current)}>
      {ids.length > 1 && (
        <Select
          label={t.nav.company}
          hideLabel
          value={current}
          onChange={id =>
            go(
              path.startsWith('/customer/')
                ? path.replace(/^\/customer\/\d+/, `/customer/${id}`)
                : `/customer/${id}/devices`,
            )
          }
          options={ids.map(id => [id, names.get(id) ?? id] as const)}
        />
      )}
    </NavGroup>
  );
}

function Who() {
  const user = useUser();
  const role = useRole();
  const client = useQueryClient();
  const [theme, setTheme] = useState<Theme>(storedTheme());
  const {busy, error, run} = useAttempt();
  const leave = () =>
    run(async () => {
      await signOut();
      forgetDrafts();
      client.clear();
      location.assign('/portal/');
    });
  return (
    <div className="who">
      <div>
        {user.name && <strong>{user.name}</strong>}
        <div className="email">{user.email}</div>
        {role && <div className="muted">{t.roles[role as keyof typeof t.roles] ?? role}</div>}
      </div>
      <Select
        label={t.theme.label}
        value={theme}
        onChange={next => {
          setTheme(next as Theme);
          chooseTheme(next as Theme);
        }}
        options={[
          ['system', t.theme.system],
          ['light', t.theme.light],
          ['dark', t.theme.dark],
        ]}
      />
      <ErrorNote error={error} />
      <Button busy={busy} onPress={() => void leave()}>
        {user.mode === 'SANDBOX' ? t.session.otherAccount : t.session.signOut}
      </Button>
    </div>
  );
}

function Brand() {
  return (
    <Link href="/" className="brand">
      <img src={iconUrl} alt="" />
      {t.product}
    </Link>
  );
}

const kQuiet = 2000; // milliseconds in which the first page is drawn

function Frame() {
  const user = useUser();
  const [path] = useLocation();
  const [isOpen, setOpen] = useState(false);
  const main = useRef<HTMLElement>(null);
  const earlier = useRef(path);
  useEffect(() => {
    const timer = setTimeout(loadOtherParts, kQuiet);
    return () => clearTimeout(timer);
  }, []);
  useEffect(() => {
    if (earlier.current === path) return;
    earlier.current = path;
    setOpen(false);
    // Readers start at the new page's heading.
    const heading = main.current?.querySelector('h1');
    (heading ?? main.current)?.focus({preventScroll: true});
    window.scrollTo(0, 0);
  }, [path]);
  return (
    <>
      <a
        className="skip"
        href="#main"
        onClick={event => {
          event.preventDefault();
          main.current?.focus();
        }}
      >
        {t.nav.skip}
      </a>
      <div className="frame">
        <header className="top">
          <Brand />
          <button
            type="button"
            className="button"
            aria-expanded={isOpen}
            aria-controls="side"
            onClick={() => setOpen(!isOpen)}
          >
            {t.nav.menu}
          </button>
        </header>
        <aside className={isOpen ? 'side open' : 'side'} id="side" aria-label={t.nav.side}>
          <Brand />
          {user.partnerId && (
            <NavGroup title={t.nav.reseller} items={resellerNav(user)} role={roleOf(user)} />
          )}
          <CustomerNav />
          {user.sandboxControls && <NavGroup title={t.nav.sandbox} items={kSandboxNav} />}
          <Who />
        </aside>
        <main id="main" tabIndex={-1} ref={main}>
          <Boundary place={path}>
            <Suspense fallback={<Loading />}>
              <Pages />
            </Suspense>
          </Boundary>
        </main>
      </div>
    </>
  );
}

function Home() {
  const user = useUser();
  if (user.partnerId) return <Redirect to="/reseller/devices" replace />;
  const [customer] = user.customerIds ?? [];
  if (customer) return <Redirect to={`/customer/${customer}/devices`} replace />;
  return (
    <Page title={t.home.title}>
      <Empty title={t.home.noCompany}>{t.home.noCompanyText}</Empty>
    </Page>
  );
}

function Pages() {
  const user = useUser();
  return (
    <Switch>
      <Route path="/">
        <Home />
      </Route>
      {user.partnerId && (
        <Route path="/reseller/*?">
          <ResellerPages partner={user.partnerId} />
        </Route>
      )}
      <Route path="/customer/:customer/*?">
        <CustomerPages />
      </Route>
      {user.sandboxControls && (
        <Route path="/sandbox/*?">
          <SandboxPages />
        </Route>
      )}
      <Route>
        <MissingPage />
      </Route>
    </Switch>
  );
}

