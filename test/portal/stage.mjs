// SPDX-License-Identifier: Apache-2.0
// A sandbox and a browser for the tests of a file, and the people who use it.
//
// The program is in ZEROTOUCHD. Pictures of the main pages are written to the folder in PICTURES.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {createSign} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {after, before} from 'node:test';
import {openBrowser, Person} from './person.mjs';
import {Sandbox} from './sandbox.mjs';

export const pictures = process.env.PICTURES;
// Sets window.ran if a page takes this text for HTML.
export const kXss = '<img src=x onerror="window.ran=1">';

export const stage = {};

before(async () => {
  // with_postgres names its server.
  const {PGHOST, PGPORT, PGUSER} = process.env;
  if (PGHOST) execFileSync('createdb', ['portal']);
  const database = PGHOST ? [`--database=postgresql://${PGUSER}@${PGHOST}:${PGPORT}/portal`] : [];
  stage.sandbox = await Sandbox.start(process.env.ZEROTOUCHD, ...database);
  stage.origin = stage.sandbox.endpoint;
  stage.reseller = stage.sandbox.resellers[0];
  stage.customerId = stage.reseller.customerIds[0];
  stage.browser = await openBrowser();
});

after(async () => {
  await stage.browser?.close();
  await stage.sandbox?.stop();
});

// Calls a control of the sandbox.
export async function control(path, body, method = 'POST') {
  const answer = await fetch(`${stage.origin}/sandbox/v1/${path}`, {
    method,
    headers: {'Content-Type': 'application/json'},
    ...(body ? {body: JSON.stringify(body)} : {}),
  });
  assert.ok(answer.ok, `${path}: ${answer.status} ${await answer.clone().text()}`);
  return answer.json();
}

async function tokenOf(key) {
  const now = Math.floor(Date.now() / 1000);
  const encode = value => Buffer.from(JSON.stringify(value)).toString('base64url');
  const header = {alg: 'RS256', typ: 'JWT', kid: key.private_key_id};
  const scope =
    'https://www.googleapis.com/auth/androidworkprovisioning ' +
    'https://www.googleapis.com/auth/androidworkzerotouchemm';
  const claims = {iss: key.client_email, scope, aud: key.token_uri, iat: now, exp: now + 3600};
  const text = `${encode(header)}.${encode(claims)}`;
  const signature = createSign('RSA-SHA256')
    .update(text)
    .sign(key.private_key)
    .toString('base64url');
  const answer = await fetch(key.token_uri, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      assertion: `${text}.${signature}`,
    }),
  });
  assert.ok(answer.ok, await answer.clone().text());
  return (await answer.json()).access_token;
}

// Calls the API as an account of the ready line.
export async function call(account, path, body) {
  const token = await tokenOf(stage.sandbox.key(account));
  const answer = await fetch(`${stage.origin}${path}`, {
    method: body ? 'POST' : 'GET',
    headers: {Authorization: `Bearer ${token}`, 'Content-Type': 'application/json'},
    ...(body ? {body: JSON.stringify(body)} : {}),
  });
  assert.ok(answer.ok, `${path}: ${answer.status} ${await answer.clone().text()}`);
  return answer.json();
}

// Calls the API as the owner does who signs in to the portal with the account's e-mail address.
export async function callAsOwner(account, path, body) {
  const headers = {'Content-Type': 'application/json'};
  const post = (to, content) =>
    fetch(stage.origin + to, {method: 'POST', headers, body: JSON.stringify(content)});
  const {client_email: email} = stage.sandbox.key(account);
  const signedIn = await post('/portal/session', {account: email});
  headers.Cookie = signedIn.headers.get('set-cookie').split(';')[0];
  const session = await fetch(`${stage.origin}/portal/session`, {headers});
  headers['X-CSRF-Token'] = (await session.json()).csrf;
  const {accessToken} = await (await post('/portal/token', {})).json();
  headers.Authorization = `Bearer ${accessToken}`;
  const answer = await (body ? post(path, body) : fetch(stage.origin + path, {headers}));
  assert.ok(answer.ok, `${path}: ${answer.status} ${await answer.clone().text()}`);
  return answer.json();
}

// Claims a device for the customer of the stage.
export async function claim(imei) {
  await call(stage.reseller, `/v1/partners/${stage.reseller.partnerId}/devices:claim`, {
    deviceIdentifier: {imei},
    customerId: stage.customerId,
    sectionType: 'SECTION_TYPE_ZERO_TOUCH',
  });
}

export function customer() {
  return stage.sandbox.customers.find(each => each.customerId === stage.customerId);
}

export async function asReseller(options) {
  const person = await Person.open(stage.browser, stage.origin, options);
  await person.signIn(stage.sandbox.key(stage.reseller).client_email);
  return person;
}

export async function asCustomer(options) {
  const person = await Person.open(stage.browser, stage.origin, options);
  await person.signIn(stage.sandbox.key(customer()).client_email);
  return person;
}

export async function chooseFile(person, name, text) {
  const file = {name, mimeType: 'text/csv', buffer: Buffer.from(text)};
  await person.page.setInputFiles('input[type=file]', file);
}

// Returns the text of the file that `act` lets the browser save.
export async function savedFile(person, act) {
  const [download] = await Promise.all([person.page.waitForEvent('download'), act()]);
  return readFileSync(await download.path(), 'utf8');
}

// Expects that no text was taken for HTML, and that the page reported no error; closes it.
export async function leave(person) {
  assert.equal(await person.page.evaluate(() => window.ran), undefined);
  person.check();
  await person.close();
}
