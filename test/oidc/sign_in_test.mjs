// SPDX-License-Identifier: Apache-2.0
// ZEROTOUCHD=PROGRAM node --test sign_in_test.mjs
//
// Signs in to the portal of `zerotouchd serve` at a real OpenID provider, which also misbehaves.
import assert from 'node:assert/strict';
import {execFile, execFileSync, spawn} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {createInterface} from 'node:readline';
import {after, before, test} from 'node:test';
import {promisify} from 'node:util';

import {Browser} from './browser.mjs';
import {TestProvider, newKey} from './provider.mjs';

const PROGRAM = process.env.ZEROTOUCHD;
const folder = mkdtempSync(join(tmpdir(), 'zerotouch-portal-'));
// In with_postgres a database of the server there.
const {PGHOST, PGPORT, PGUSER} = process.env;
const database = PGHOST ? `postgresql://${PGUSER}@${PGHOST}:${PGPORT}/portal`
  : `sqlite://${join(folder, 'registry.db')}`;
if (PGHOST) execFileSync('createdb', ['portal']);
const PEOPLE = {
  ada: {email: 'Ada@Example.com', email_verified: true, name: 'Ada', groups: []},
  vera: {email: 'vera@example.com', email_verified: true, name: 'Vera', groups: []},
  uma: {email: 'uma@example.com', email_verified: false, name: 'Uma', groups: []},
  nora: {email: 'nora@example.com', email_verified: true, name: 'Nora', groups: ['sales']},
  gina: {email: 'gina@example.com', email_verified: true, name: 'Gina', groups: ['it-admins']},
};
let server, root, provider, partner, customer;

async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => probe.once('listening', resolve));
  const {port} = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

function admin(...args) {
  return execFileSync(PROGRAM, ['admin', '--database', database, ...args], {encoding: 'utf8'})
    .trim();
}

async function startServer(port) {
  const secret = join(folder, 'client-secret');
  writeFileSync(secret, 'a secret & more\n', {mode: 0o600});
  server = spawn(PROGRAM, [
    'serve', '--database', database, '--listen', `127.0.0.1:${port}`,
    '--oidc-issuer', provider.issuer, '--oidc-client-id', 'zerotouch',
    '--oidc-client-secret-file', secret, '--oidc-groups-claim', 'groups'],
  {stdio: ['ignore', 'pipe', 'ignore']});
  await new Promise((resolve, reject) => {
    createInterface({input: server.stdout}).once('line', resolve);
    server.once('exit', (code) => reject(new Error(`zerotouchd ended with ${code}`)));
  });
}

before(async () => {
  const port = await freePort();
  root = `http://127.0.0.1:${port}`;
  provider = new TestProvider(await freePort(), root, PEOPLE);
  await provider.start();
  partner = admin('partners', 'create', '--name', 'Reseller');
  customer = admin('customers', 'create', '--partner', partner, '--name', 'Customer',
    '--owner-email', 'owner@example.com', '--accept-terms');
  admin('users', 'add', '--partner', partner, '--email', 'ADA@example.com', '--role', 'OWNER');
  admin('users', 'add', '--partner', partner, '--email', 'vera@example.com', '--role', 'VIEWER');
  admin('users', 'add', '--customer', customer, '--group', 'it-admins', '--role', 'MANAGER');
  await startServer(port);
});

after(async () => {
  server.kill('SIGKILL');
  await provider.stop();
  rmSync(folder, {recursive: true});
});

// Returns what `zerotouchd check` prints.
// The provider runs in this process, which must not wait for the program.
async function check() {
  const {stdout} = await promisify(execFile)(PROGRAM, [
    'check', '--database', database, '--listen', '127.0.0.1:0', '--oidc-issuer', provider.issuer,
    '--oidc-client-id', 'zerotouch']);
  return stdout;
}

test('check asks the provider', async () => {
  assert.match(await check(), /^ok +oidc-issuer +\S+ can be used to sign in$/m);
});

const isCallback = (url) => url.startsWith(`${root}/portal/callback`);

// Goes to the provider as `person` and returns the address that leads back.
async function goToProvider(browser, person, path = '/portal/devices') {
  provider.person = person;
  return browser.follow(`${root}/portal/login?return=${encodeURIComponent(path)}`, isCallback);
}

// Signs in and returns where the browser ends.
async function signIn(browser, person, path) {
  const answer = await browser.fetch(await goToProvider(browser, person, path));
  assert.equal(answer.status, 303);
  return answer.headers.get('location');
}

async function session(browser) {
  return (await browser.fetch(`${root}/portal/session`)).json();
}

async function token(browser) {
  const {csrf} = await session(browser);
  const answer = await browser.fetch(`${root}/portal/token`, {
    method: 'POST', body: '{}',
    headers: {'content-type': 'application/json', 'x-csrf-token': csrf}});
  assert.equal(answer.status, 200);
  return (await answer.json()).accessToken;
}

function call(accessToken, method, path, body) {
  return fetch(root + path, {
    method, body: body && JSON.stringify(body),
    headers: {authorization: `Bearer ${accessToken}`, 'content-type': 'application/json'}});
}

const error = (reason) => `/portal/?signInError=${reason}`;

test('a person signs in, and the history names them', async () => {
  const browser = new Browser();
  assert.deepEqual(await session(browser), {mode: 'OIDC', signedIn: false, sandboxControls: false});
  assert.equal(await signIn(browser, 'ada', '/portal/devices?q=1'), '/portal/devices?q=1');
  const {user, sandboxControls} = await session(browser);
  assert.equal(user.email, 'ada@example.com');
  assert.equal(user.name, 'Ada');
  assert.equal(user.role, 'OWNER');
  assert.equal(user.partnerId, partner);
  assert.equal(sandboxControls, false);
  const accessToken = await token(browser);
  const claim = await call(accessToken, 'POST', `/v1/partners/${partner}/devices:claim`, {
    deviceIdentifier: {imei: '490154203237518', manufacturer: 'Maker'}, customerId: customer,
    sectionType: 'SECTION_TYPE_ZERO_TOUCH'});
  assert.equal(claim.status, 200, await claim.clone().text());
  const {deviceId} = await claim.json();
  const history = await (await call(accessToken, 'GET',
    `/openzerotouch/v1/partners/${partner}/devices/${deviceId}/history`)).json();
  assert.deepEqual(history.entries[0].actor, {kind: 'RESELLER', account: 'ada@example.com'});
  assert.match(admin('audit', 'list'), /"account":"ada@example.com"/);
});

test('roles are those of the person, and a role that is taken back is gone at once', async () => {
  const browser = new Browser();
  await signIn(browser, 'vera');
  const accessToken = await token(browser);
  const vendors = `/v1/partners/${partner}/vendors`;
  assert.equal((await call(accessToken, 'GET', vendors)).status, 200);
  const refused = await call(accessToken, 'POST', `/v1/partners/${partner}/customers`,
    {customer: {companyName: 'New', ownerEmails: ['a@example.com']}});
  assert.equal(refused.status, 403);
  assert.match(await refused.text(), /the role VIEWER is not enough/);
  admin('users', 'remove', '--partner', partner, '--email', 'vera@example.com');
  assert.equal((await call(accessToken, 'GET', vendors)).status, 401);
  assert.equal((await session(browser)).signedIn, false);
  admin('users', 'add', '--partner', partner, '--email', 'vera@example.com', '--role', 'VIEWER');
});

test('a group gives everyone of it its role', async () => {
  const browser = new Browser();
  await signIn(browser, 'gina');
  const {user} = await session(browser);
  assert.deepEqual(user.customerIds, [customer]);
  assert.deepEqual(user.customerRoles, ['MANAGER']);
  const dpcs = await call(await token(browser), 'GET', `/v1/customers/${customer}/dpcs`);
  assert.equal(dpcs.status, 200);
});

test('who has no role, or no verified address, cannot sign in', async () => {
  assert.equal(await signIn(new Browser(), 'nora'), error('NO_ROLE'));
  assert.equal(await signIn(new Browser(), 'uma'), error('DENIED'));
  assert.equal(await signIn(new Browser(), null), error('DENIED'));
});

test('a token that is not good signs nobody in', async () => {
  const stranger = newKey('first');
  const tampers = {
    'wrong issuer': (id) => provider.signAgain(id, {iss: 'https://evil.example.com'}),
    'wrong audience': (id) => provider.signAgain(id, {aud: 'another'}),
    'wrong party': (id) => provider.signAgain(id, {azp: 'another'}),
    'wrong nonce': (id) => provider.signAgain(id, {nonce: 'another'}),
    'no nonce': (id) => provider.signAgain(id, {nonce: undefined}),
    'expired': (id) => provider.signAgain(id, {exp: Math.floor(Date.now() / 1000) - 600}),
    'another key': (id) => provider.signAgain(id, {}, stranger),
    'no signature': async (id) => TestProvider.unsigned(id),
  };
  for (const [what, tamper] of Object.entries(tampers)) {
    provider.tamper = tamper;
    const browser = new Browser();
    assert.equal(await signIn(browser, 'ada'), error('DENIED'), what);
    assert.equal((await session(browser)).signedIn, false, what);
  }
  provider.tamper = (id) => provider.signAgain(id, {});
  assert.equal(await signIn(new Browser(), 'ada'), '/portal/devices', 'signed again as it was');
  provider.tamper = null;
});

test('a code works once, and only in the browser that asked for it', async () => {
  const browser = new Browser();
  const callback = await goToProvider(browser, 'ada');
  const cookies = new Map(browser.jar(root));
  const other = new Browser();
  assert.equal((await other.fetch(callback)).headers.get('location'), error('EXPIRED'));
  await goToProvider(other, 'ada');
  assert.equal((await other.fetch(callback)).headers.get('location'), error('EXPIRED'),
    'state of another sign-in');
  assert.equal((await browser.fetch(callback)).headers.get('location'), '/portal/devices');
  assert.equal((await browser.fetch(callback)).headers.get('location'), error('EXPIRED'));
  const replay = new Browser();
  for (const [name, value] of cookies) replay.jar(root).set(name, value);
  assert.equal((await replay.fetch(callback)).headers.get('location'), error('DENIED'));
});

test('a sign-in makes a new session, whatever cookie came', async () => {
  const browser = new Browser();
  browser.jar(root).set('zerotouch-portal', 'chosen-by-somebody-else');
  await signIn(browser, 'ada');
  assert.notEqual(browser.jar(root).get('zerotouch-portal'), 'chosen-by-somebody-else');
  assert.equal((await session(browser)).signedIn, true);
});

test('a sign-in leads only to the portal', async () => {
  for (const path of ['https://evil.example.com/', '//evil.example.com', '/v1/x', '/portal',
    '/portal/\\evil', '/portal/\r\nSet-Cookie: a=b']) {
    assert.equal(await signIn(new Browser(), 'ada', path), '/portal/', path);
  }
});

test('keys of the provider may change', async () => {
  await provider.stop();
  provider.key = newKey('second');
  await provider.start();
  // The server asks for keys again only after a pause.
  const deadline = Date.now() + 30_000;
  while (await signIn(new Browser(), 'ada') !== '/portal/devices') {
    assert.ok(Date.now() < deadline, 'the new key was never read');
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
});

test('a provider that is down keeps new people out, and nobody who is in', async () => {
  const inside = new Browser();
  await signIn(inside, 'ada');
  const browser = new Browser();
  const callback = await goToProvider(browser, 'ada');
  await provider.stop();
  assert.equal((await browser.fetch(callback)).headers.get('location'),
    error('PROVIDER_UNAVAILABLE'));
  const vendors = await call(await token(inside), 'GET', `/v1/partners/${partner}/vendors`);
  assert.equal(vendors.status, 200);
  await provider.start();
  assert.equal(await signIn(new Browser(), 'ada'), '/portal/devices');
});

test('who signs out is out here, and is led to the provider', async () => {
  const browser = new Browser();
  await signIn(browser, 'ada');
  const accessToken = await token(browser);
  const {csrf} = await session(browser);
  const answer = await browser.fetch(`${root}/portal/session`, {
    method: 'DELETE', body: '{}',
    headers: {'content-type': 'application/json', 'x-csrf-token': csrf}});
  assert.equal(answer.status, 200);
  const url = new URL((await answer.json()).logoutUrl);
  assert.equal(url.origin, provider.issuer);
  assert.equal(url.searchParams.get('post_logout_redirect_uri'), `${root}/portal/`);
  assert.equal((await browser.fetch(url)).status, 200);
  assert.equal((await session(browser)).signedIn, false);
  assert.equal((await call(accessToken, 'GET', `/v1/partners/${partner}/vendors`)).status, 401);
});

test('an account of a sandbox is none here', async () => {
  const answer = await fetch(`${root}/portal/session`, {
    method: 'POST', body: '{"account":"ada@example.com"}',
    headers: {'content-type': 'application/json'}});
  assert.equal(answer.status, 400);
});
