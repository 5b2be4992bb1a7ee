// SPDX-License-Identifier: Apache-2.0
// Puts texts that attack a browser, a reader or a spreadsheet into every field that anyone can
// write, and opens every page that shows them.
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
  kXss,
  leave,
  savedFile,
  stage,
} from './stage.mjs';

const kFormulas = ['=cmd|"/c calc"!A1', '+1+1', '-2+3', '@SUM(1)', '=HYPERLINK("http://x")'];
const kScript = `"><script>window.ran=1</script>${kXss}`;
// Turns the direction of what follows it, hides, and has no space at which a line could end.
const kBidi = `\u202e\u2066gnp.exe\u200b\u0645\u0631\u062d\u0628\u0627`;
const kLong = 'W'.repeat(200);
const kTexts = [kScript, kBidi, kLong, ...kFormulas];

const partner = path => `/v1/partners/${stage.reseller.partnerId}${path}`;
const ofCustomer = path => `/v1/customers/${stage.customerId}${path}`;
const ours = path => `/openzerotouch${path}`;
const textOf = i => kTexts[i % kTexts.length];

// Waits until an operation is done. Returns its last part.
async function finish({name}) {
  while (!(await call(stage.reseller, `/v1/${name}`)).done);
  return name.split('/').pop();
}

async function plantDevices() {
  const claims = kTexts.map((text, i) => ({
    deviceIdentifier: {
      imei: imei(i),
      serialNumber: `S${i}`,
      manufacturer: text.slice(0, 128),
      model: textOf(i + 2).slice(0, 128),
    },
    customerId: stage.customerId,
    sectionType: 'SECTION_TYPE_ZERO_TOUCH',
    deviceMetadata: {entries: {ordernumber: text, phonenumber: textOf(i + 2)}},
  }));
  // Those whose identifiers the server refuses, in words that name them.
  const wrong = kTexts.map(text => ({...claims[0], deviceIdentifier: {imei: text}}));
  const operation = await finish(
    await call(stage.reseller, partner('/devices:claimAsync'), {claims: [...claims, ...wrong]}),
  );
  const answer = await call(stage.reseller, partner('/devices:findByIdentifier'), {
    deviceIdentifier: {imei: imei(0)},
    limit: '1',
  });
  return {operation, deviceId: answer.devices[0].deviceId};
}

async function plantConfigurations(deviceId) {
  const {dpcs} = await call(customer(), ofCustomer('/dpcs'));
  let last;
  for (const text of kTexts) {
    last = await call(customer(), ofCustomer('/configurations'), {
      configurationName: text.slice(0, 100),
      dpcResourcePath: dpcs[0].name,
      companyName: text.slice(0, 100),
      contactEmail: 'it@example.com',
      contactPhone: '+1 555 0100',
      customMessage: text,
      dpcExtras: JSON.stringify({[text]: text}),
    });
  }
  await call(customer(), ofCustomer('/devices:applyConfiguration'), {
    device: {deviceId},
    configuration: last.name,
  });
  return last.configurationId;
}

// Users, webhooks and their deliveries, companies, and what the sandbox keeps.
async function plantOthers() {
  let webhook;
  for (const [account, path] of [
    [stage.reseller, partner('')],
    [customer(), ofCustomer('')],
  ]) {
    for (const text of kTexts) {
      await callAsOwner(account, ours(`${path}/users`), {group: text, role: 'VIEWER'});
    }
    await callAsOwner(account, ours(`${path}/users`), {
      email: `${'w'.repeat(60)}+<script>@example.com`,
      role: 'VIEWER',
    }).catch(() => undefined); // an address that the server refuses is nowhere
    const url = `http://127.0.0.1:9/${kLong}?${encodeURI(kBidi)}"><script>window.ran=1</script>`;
    webhook = await callAsOwner(account, ours(`${path}/webhooks`), {
      url: encodeURI(url),
      events: ['device.claimed'],
    });
    await callAsOwner(account, ours(`/v1/${webhook.name}:test`), {});
    if (account === stage.reseller) stage.webhook = webhook.name.split('/').pop();
  }
  for (const text of kTexts) {
    const companyName = text.slice(0, 100);
    await control('customers', {partnerId: stage.reseller.partnerId, companyName});
    await control('resellers', {name: companyName});
    await control('faults', {
      method: 'customers.dpcs.list',
      skip: 1000,
      account: `${encodeURIComponent(text).slice(0, 50)}@example.com`,
      error: {status: 'UNAVAILABLE', message: text},
    });
    await control('faults', {skip: 1_000_000, raw: {httpStatus: 502, body: text}});
  }
  await control('snapshots', {snapshotId: 's'.repeat(63)});
  return webhook.name.split('/').pop();
}

// Opens the pages, in a narrow window too. Expects that no text ran, became a link to a script or
// made the page wider than its window.
async function look(person, paths) {
  for (const path of paths) {
    await person.visit(path);
    for (const width of [360, 1280]) {
      await person.page.setViewportSize({width, height: 900});
      const seen = await person.page.evaluate(() => ({
        ran: window.ran,
        made: document.querySelectorAll('a[href^="javascript:" i], img[src="x"], script:not([src])')
          .length,
        wide: document.documentElement.scrollWidth,
      }));
      assert.deepEqual([seen.ran, seen.made], [undefined, 0], path);
      assert.ok(seen.wide <= width, `${path} is ${seen.wide} px wide at ${width} px`);
    }
  }
}

test('hostile texts are shown as texts, on every page', async () => {
  const {operation, deviceId} = await plantDevices();
  const configuration = await plantConfigurations(deviceId);
  const webhook = await plantOthers();
  const person = await asReseller();
  person.expectErrors('404 (Not Found)', '400 (Bad Request)', '429 (Too Many Requests)');
  await person.go(`/reseller/devices?q=${encodeURIComponent(kXss)}`); // also as the first page
  await look(person, [
    '/reseller/devices',
    ...kTexts.map(text => `/reseller/devices?q=${encodeURIComponent(text)}`),
    `/reseller/devices/${deviceId}`,
    ...kTexts.map(text => `/reseller/claim?imei=${encodeURIComponent(text)}`),
    '/reseller/customers',
    '/reseller/users',
    '/reseller/webhooks',
    `/reseller/webhooks/${stage.webhook}`,
    '/reseller/keys',
    '/reseller/operations',
    `/reseller/operations/${operation}`,
    `/reseller/operations/${encodeURIComponent(kXss)}`,
    '/sandbox/calls',
    '/sandbox/client',
    '/sandbox/faults',
    '/sandbox/controls',
    `/${encodeURIComponent(kXss)}`,
  ]);
  await person.visit(`/sandbox/phone?imei=${imei(0)}`);
  await person.button('Start the phone').click();
  await person.see('The phone is set up for its company.');
  for (let i = 0; i < 5; ++i) await person.button('Next').click();
  await lookAtErrors(person);
  await lookAtCalls(person);
  await leave(person);

  const owner = await asCustomer();
  await look(
    owner,
    [
      'devices',
      `devices/${deviceId}`,
      'configurations',
      `configurations/${configuration}`,
      'resellers',
      'webhooks',
      `webhooks/${webhook}`,
      'users',
      'terms',
    ].map(page => `/customer/${stage.customerId}/${page}`),
  );
  await leave(owner);
  const visitor = await Person.open(stage.browser, stage.origin);
  await visitor.go('/'); // names all companies
  await visitor.see(kXss);
  await look(visitor, [`/?signInError=${encodeURIComponent(kScript)}`]);
  await leave(visitor);
});

// Shows the messages of errors that a fault made, and of a proxy's page.
async function lookAtErrors(person) {
  for (const text of [kScript, kBidi, kLong]) {
    const error = {status: 'RESOURCE_EXHAUSTED', message: text};
    await control('faults', {method: 'partners.vendors.list', times: 1, error});
    await person.page.reload();
    await look(person, ['/reseller/customers']);
    await person.page.getByRole('alert').getByText(text).waitFor();
  }
  const raw = {httpStatus: 502, contentType: 'text/html', body: kScript};
  await control('faults', {method: 'partners.vendors.list', times: 5, raw});
  person.expectErrors('502 (Bad Gateway)');
  await person.visit('/sandbox/client');
  await person.button('Make the call').click();
  await person.see('HTTP 502');
  await person.page.locator('pre', {hasText: kXss}).first().waitFor();
  await look(person, ['/sandbox/calls?status=fault']);
}

// Opens the bodies of the latest calls.
async function lookAtCalls(person) {
  await person.visit('/sandbox/calls?q=partners.devices.claimAsync');
  await person.page.getByRole('button', {name: 'partners.devices.claimAsync'}).first().click();
  await person.page.locator('pre', {hasText: 'window.ran=1'}).first().waitFor();
  await look(person, [new URL(person.page.url()).href.split('/portal')[1]]);
}

test('hostile files: cells are texts, and saved results run nothing', async () => {
  const person = await asReseller();
  await person.go(`/reseller/upload/claim?customer=${stage.customerId}`);
  const cell = text => `"${text.replaceAll('"', '""')}"`;
  const lines = [...kFormulas, kXss, kScript].map(
    (text, i) => `${imei(100 + i)},${cell(text)},${cell(text)},${cell(text)},${cell(text)}`,
  );
  await chooseFile(
    person,
    `${kXss}.csv`,
    `imei,model,manufacturer,ordernumber,${cell(kXss)}\n${lines.join('\n')}\nnot-an-imei,,,,\n`,
  );
  await person.page.getByRole('heading', {name: /onerror/}).waitFor();
  await person.page.getByRole('button', {name: /^Claim \d/}).click();
  await person.page.getByText(/^Done/).first().waitFor();
  expectNoFormula(await savedFile(person, () => person.button('Save failed rows as CSV').click()));
  await person.go('/reseller/devices');
  expectNoFormula(await savedFile(person, () => person.button('Save as CSV').click()));
  await leave(person);
});

// Expects that no cell begins as a formula does.
function expectNoFormula(text) {
  const cells = [...text.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",\n]*))/gm)];
  assert.ok(cells.length > 20, text);
  for (const [, quoted, bare] of cells) assert.doesNotMatch(quoted ?? bare, /^[=+@\t-]/, text);
}
