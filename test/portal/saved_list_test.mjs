// SPDX-License-Identifier: Apache-2.0
// Saves lists of devices as CSV: they are what the command line prints.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {dirname, join} from 'node:path';
import {test} from 'node:test';
import {imei} from './sandbox.mjs';
import {asCustomer, asReseller, call, customer, leave, savedFile, stage} from './stage.mjs';

const kDevices = 250; // three pages of the reseller's list
const kFormula = '=HYPERLINK("http://example.com")';
const kPages = /devices:findByOwner/;

let isPlanted = false;
async function plant() {
  if (isPlanted) return;
  isPlanted = true;
  const claims = Array.from({length: kDevices}, (_, i) => ({
    deviceIdentifier: {
      imei: imei(i),
      serialNumber: `SN${i}`,
      manufacturer: i === 7 ? kFormula : 'Google',
      model: i === 8 ? '-2+3' : 'Pixel "9", black',
    },
    customerId: stage.customerId,
    sectionType: 'SECTION_TYPE_ZERO_TOUCH',
    deviceMetadata: {entries: {ordernumber: `+${i}`}},
  }));
  const {name} = await call(
    stage.reseller,
    `/v1/partners/${stage.reseller.partnerId}/devices:claimAsync`,
    {claims},
  );
  let batch = {};
  while (!batch.done) batch = await call(stage.reseller, `/v1/${name}`);
}

function listOf(account, ...options) {
  const program = join(dirname(process.env.ZEROTOUCHD), 'zerotouch');
  const command = ['devices', 'list', '--format=csv', `--endpoint=${stage.origin}`];
  const text = execFileSync(program, [
    ...command,
    `--credentials=${account.credentials}`,
    ...options,
  ]);
  return String(text);
}

const listOfReseller = () =>
  listOf(
    stage.reseller,
    `--partner=${stage.reseller.partnerId}`,
    `--customer-id=${stage.reseller.customerIds.join()}`,
  );
const save = person => savedFile(person, () => person.button('Save as CSV').click());
const rowsOf = text => text.trimEnd().split('\n').slice(1);

test('a reseller saves all devices, and what a search finds', async () => {
  await plant();
  const person = await asReseller();
  await person.go('/reseller/devices');
  const text = await save(person);
  assert.equal(text, listOfReseller());
  assert.equal(rowsOf(text).length, kDevices);
  assert.match(text, /,"'=HYPERLINK\(""http:\/\/example\.com""\)",/);
  assert.match(text, /,'-2\+3,/);
  await person.see(`${kDevices} devices saved.`);
  await person.go(`/reseller/devices?q=${imei(3)}`);
  assert.deepEqual(rowsOf(await save(person)).length, 1);
  // Finds a serial number also among rows that the page has not read.
  await person.go('/reseller/devices?q=SN24');
  await person.button('Save as CSV').waitFor();
  assert.equal(rowsOf(await save(person)).length, 11); // SN24, SN240 to SN249
  await leave(person);
});

test('a customer saves all devices, and those without a configuration', async () => {
  await plant();
  const person = await asCustomer();
  await person.go(`/customer/${stage.customerId}/devices`);
  const text = await save(person);
  assert.equal(text, listOf(customer(), `--as-customer=${stage.customerId}`));
  assert.equal(rowsOf(text).length, kDevices);
  await person.go(`/customer/${stage.customerId}/devices?configuration=none&q=SN1`);
  assert.equal(rowsOf(await save(person)).length, 111);
  await leave(person);
});

test('a page that fails is read again, and the file has each device once', async () => {
  await plant();
  const person = await asReseller();
  person.expectErrors('503 (Service Unavailable)');
  await person.go('/reseller/devices');
  let fails = true;
  await person.page.route(kPages, route => {
    if (!fails || !JSON.parse(route.request().postData()).pageToken) return route.continue();
    fails = false;
    return route.fulfill({status: 503, headers: {'X-Request-Id': 'a1b2c3'}, body: '{}'});
  });
  await person.button('Save as CSV').click();
  await person.see('a1b2c3');
  await person.see('100 devices for the file');
  await person.inspect('save-devices');
  const text = await savedFile(person, () => person.button('Retry').click());
  assert.equal(text, listOfReseller());
  await leave(person);
});

test('a file that is cancelled is not saved, and nothing more is read', async () => {
  await plant();
  const person = await asReseller();
  await person.go('/reseller/devices');
  let goOn;
  const waits = new Promise(resolve => (goOn = resolve));
  let calls = 0;
  await person.page.route(kPages, async route => {
    if (++calls > 1) await waits;
    await route.continue().catch(() => undefined); // the page has given it up
  });
  let downloads = 0;
  person.page.on('download', () => ++downloads);
  await person.button('Save as CSV').click();
  await person.see('100 devices for the file of 250.');
  await person.button('Cancel').click();
  goOn();
  await person.page.getByRole('dialog').waitFor({state: 'detached'});
  await person.visit('/reseller/operations');
  assert.deepEqual([calls, downloads], [2, 0]);
  await leave(person);
});
