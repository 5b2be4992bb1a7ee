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
  call,
  callAsOwner,
  chooseFile,
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
const kSandbox = ['calls', 'client', 'faults', 'controls', 'phone'].map(page => `/sandbox/${page}`);

async function walk(person, pages, look) {
  for (const path of pages) {
    await person.visit(path);
    await look(path);
  }
}

const kRoles = ['VIEWER', 'ASSIGNER', 'MANAGER', 'ADMIN', 'OWNER'];
// Names what pages offer that changes something: the least role that may do it, and where it is
// offered.
const kOffers = [
  ['Claim one device', 'ASSIGNER', '/reseller/devices'],
  ['Upload a CSV file', 'ASSIGNER', '/reseller/devices'],
  ['Claim', 'ASSIGNER', '/reseller/claim'],
  ['Choose a file', 'ASSIGNER', '/reseller/upload/claim'],
  ['Choose a file', 'MANAGER', '/reseller/upload/unclaim'],
  ['Unclaim Zero-touch', 'MANAGER', '/reseller/devices/DEVICE'],
  ['Edit', 'MANAGER', '/reseller/devices/DEVICE'],
  ['Undo', 'MANAGER', '/reseller/operations/OPERATION'],
  ['Delete', 'MANAGER', '/reseller/operations/OPERATION'],
  ['Create a customer', 'MANAGER', '/reseller/customers'],
  ['Add a webhook', 'ADMIN', '/reseller/webhooks'],
  ['Create a service account', 'OWNER', '/reseller/keys'],
  ['Add a user', 'OWNER', '/reseller/users'],
  ['Apply a configuration', 'ASSIGNER', '/customer/CUSTOMER/devices/DEVICE'],
  ['Unclaim', 'MANAGER', '/customer/CUSTOMER/devices/DEVICE'],
  ['Create a configuration', 'MANAGER', '/customer/CUSTOMER/configurations'],
  ['Create', 'MANAGER', '/customer/CUSTOMER/configurations/new'],
  ['Save', 'MANAGER', '/customer/CUSTOMER/configurations/CONFIGURATION'],
  ['Delete', 'MANAGER', '/customer/CUSTOMER/configurations/CONFIGURATION'],
  ['Add a webhook', 'ADMIN', '/customer/CUSTOMER/webhooks'],
  ['Add a user', 'OWNER', '/customer/CUSTOMER/users'],
];

// Claims a device and applies a configuration to it. Returns what puts their ids, and that of the
// operation, into a path.
async function furnish(number, identifier = {}, configurationName = 'Kiosk') {
  const partner = `/v1/partners/${stage.reseller.partnerId}`;
  const {name} = await call(stage.reseller, `${partner}/devices:claimAsync`, {
    claims: [
      {
        deviceIdentifier: {imei: imei(number), ...identifier},
        customerId: stage.customerId,
        sectionType: 'SECTION_TYPE_ZERO_TOUCH',
      },
    ],
  });
  let batch = {};
  while (!batch.done) batch = await call(stage.reseller, `/v1/${name}`);
  const parent = `/v1/customers/${stage.customerId}`;
  const {dpcs} = await call(customer(), `${parent}/dpcs`);
  const made = await call(customer(), `${parent}/configurations`, {
    configurationName,
    dpcResourcePath: dpcs[0].name,
    companyName: configurationName,
    contactEmail: 'it@example.com',
    contactPhone: '+1 555 0100',
  });
  const {deviceId} = batch.response.perDeviceStatus[0].result;
  await call(customer(), `${parent}/devices:applyConfiguration`, {
    device: {deviceId},
    configuration: made.name,
  });
  const values = {
    DEVICE: deviceId,
    OPERATION: name.split('/').pop(),
    CUSTOMER: stage.customerId,
    CONFIGURATION: made.configurationId,
  };
  return path => path.replace(/[A-Z]{6,}/g, part => values[part]);
}

// Expects that the pages offer to a person of this role what the role may do, and nothing else.
async function expectOffers(role, email, named) {
  const person = await Person.open(stage.browser, stage.origin);
  await person.signIn(new RegExp(`\\b${email}`));
  const links = await person.page.evaluate(() =>
    [...document.querySelectorAll('nav a')].map(link =>
      link.getAttribute('href').replace('/portal', ''),
    ),
  );
  assert.ok(links.length > 10, links.join(' '));
  // The sandbox is everybody's: one of them looks at it.
  const seen = role === 'VIEWER' ? links : links.filter(path => !kSandbox.includes(path));
  const paths = new Set([...seen, ...kOffers.map(([, , path]) => named(path))]);
  await walk(person, paths, async path => {
    const where = `${path} for a ${role}`;
    const {alerts, offered, isForOthers} = await person.page.evaluate(() => ({
      alerts: document.querySelectorAll('[role=alert]').length,
      offered: [...document.querySelectorAll('main :is(a, button)')].map(each =>
        each.textContent.trim(),
      ),
      isForOthers: document.querySelector('main').textContent.includes('Your role is'),
    }));
    assert.equal(alerts, 0, where);
    if (links.includes(path)) assert.equal(isForOthers, false, where);
    for (const [text, least, on] of kOffers) {
      const may = kRoles.indexOf(role) >= kRoles.indexOf(least);
      if (named(on) === path) assert.equal(offered.includes(text), may, `${text}: ${where}`);
    }
  });
  await leave(person);
}

test('pages offer to each role what it may do, and nothing that is refused', async () => {
  const named = await furnish(77);
  const emails = kRoles.map(role => `${role.toLowerCase()}@example.com`);
  for (const [i, email] of emails.entries()) {
    const user = {email, role: kRoles[i]};
    const {partnerId} = stage.reseller;
    await callAsOwner(stage.reseller, `/openzerotouch/v1/partners/${partnerId}/users`, user);
    const parent = `customers/${stage.customerId}`;
    await callAsOwner(customer(), `/openzerotouch/v1/${parent}/users`, user);
  }
  await Promise.all(kRoles.map((role, i) => expectOffers(role, emails[i], named)));
});

// Expects that the page is not wider than its window, and that no control is cut off.
async function expectRoom(person, path) {
  for (const width of [360, 3840]) {
    await person.page.setViewportSize({width, height: 900});
    const found = await person.page.evaluate(() => {
      const outside = [...document.querySelectorAll('main :is(a, button, input, select, h1)')]
        .filter(each => {
          const box = each.getBoundingClientRect();
          return box.width > 0 && (box.left < -1 || box.right > innerWidth + 1);
        })
        .map(each => each.outerHTML.slice(0, 100));
      return {wide: document.documentElement.scrollWidth, outside};
    });
    assert.deepEqual(found.outside, [], `${path} at ${width} px`);
    assert.ok(found.wide <= width, `${path} is ${found.wide} px wide at ${width} px`);
  }
  await person.page.setViewportSize({width: 1280, height: 900});
}

test('every page has room for long names at 360 px and in 4K, and breaks no rule', async () => {
  // Without a space, and with characters that have no width or turn the direction.
  const long = 'W'.repeat(60) + '\u202e\u200b\u0645\u0631\u062d\u0628\u0627'.repeat(10);
  const named = await furnish(78, {manufacturer: 'W'.repeat(60), model: 'M'.repeat(60)}, long);
  const [device, operation] = ['devices/DEVICE', 'operations/OPERATION'].map(named);
  for (const [person, pages] of [
    [
      await asReseller(),
      [...kReseller, `/reseller/${device}`, `/reseller/${operation}`, ...kSandbox],
    ],
    [
      await asCustomer(),
      [
        ...customerPages(),
        ...[device, named('configurations/CONFIGURATION')].map(
          page => `/customer/${stage.customerId}/${page}`,
        ),
      ],
    ],
  ]) {
    await walk(person, pages, async path => {
      await expectRoom(person, path);
      await person.inspect(path);
    });
    await leave(person);
  }
});

// Presses Tab until the control of this name has the focus, as a person without a mouse does.
async function tabTo(person, name) {
  const focused = () =>
    person.page.evaluate(() => {
      const at = document.activeElement;
      return (
        at.getAttribute('aria-label') ??
        at.labels?.[0]?.textContent ??
        at.textContent
      ).trim();
    });
  for (let i = 0; i < 80; ++i) {
    await person.page.keyboard.press('Tab');
    if ((await focused()) === name) return;
  }
  assert.fail(`Tab does not reach ${name}`);
}

test('by the keyboard alone: claim, find, go back, unclaim', async () => {
  const person = await asReseller();
  const {keyboard} = person.page;
  await person.visit('/reseller/devices');
  await tabTo(person, 'Claim one device');
  await keyboard.press('Enter');
  await person.page.getByRole('heading', {name: 'Claim one device'}).waitFor();
  await tabTo(person, 'IMEI');
  await keyboard.type(imei(5));
  await keyboard.press('Enter');
  await person.page.getByRole('heading', {name: imei(5)}).waitFor();

  await person.visit('/reseller/devices');
  await tabTo(person, 'Search');
  await keyboard.type(imei(5));
  await person.page.waitForURL(/q=\d{15}/);
  await tabTo(person, imei(5));
  await keyboard.press('Enter');
  await person.page.getByRole('heading', {name: imei(5)}).waitFor();
  await person.page.goBack();
  await person.page.getByRole('link', {name: imei(5)}).waitFor();
  assert.equal(await person.field('Search').inputValue(), imei(5));

  await tabTo(person, `Select ${imei(5)}`);
  await keyboard.press('Space');
  await tabTo(person, 'Unclaim');
  await keyboard.press('Enter');
  await person.page.getByRole('dialog').waitFor();
  await keyboard.press('Escape');
  await person.page.getByRole('dialog').waitFor({state: 'detached'});
  await person.page.waitForFunction(() => document.activeElement?.textContent === 'Unclaim');
  await keyboard.press('Enter'); // the focus is on the button again
  await person.page.getByRole('dialog').waitFor();
  await tabTo(person, 'Unclaim');
  await keyboard.press('Enter');
  await person.page.getByRole('heading', {name: 'Unclaim of 1 device'}).waitFor();
  await leave(person);
});

test('by the keyboard alone: a file is chosen and sent', async () => {
  const person = await asReseller();
  await person.visit(`/reseller/upload/claim?customer=${stage.customerId}`);
  await chooseFile(person, 'one.csv', `imei\n${imei(6)}\n`);
  await tabTo(person, 'Claim 1 device');
  await person.page.keyboard.press('Enter');
  await person.page.getByRole('heading', {name: 'Claim of 1 device'}).waitFor();
  await leave(person);
});

test('a list that cannot be read says why, with the request id; it is not empty', async () => {
  const person = await asReseller();
  person.expectErrors('429 (Too Many Requests)', '403 (Forbidden)');
  await control('faults', {
    method: 'partners.customers.list',
    error: {status: 'PERMISSION_DENIED'},
  });
  // Forgets what an earlier page has read.
  await person.page.reload();
  await person.visit('/reseller/customers');
  await person.see('Request id');
  assert.equal(await person.page.getByText('No customers yet').count(), 0);
  await control('faults', undefined, 'DELETE');
  // There are no calls without the access token of the session.
  await person.page.route('**/portal/token', route =>
    route.fulfill({status: 429, headers: {'X-Request-Id': 'a1b2c3'}, body: '{}'}),
  );
  await person.page.reload();
  await person.see('a1b2c3');
  await leave(person);
});
