// SPDX-License-Identifier: Apache-2.0
// Uses the portal as a reseller, as a customer and as somebody who tests a client.
//
//   node pages_test.mjs ZEROTOUCHD PICTURES
//
// PICTURES is a folder, to which pictures of the main pages are written.
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {createServer} from 'node:http';
import {after, before, test} from 'node:test';
import {openBrowser, Person} from './person.mjs';
import {imei, Sandbox} from './sandbox.mjs';

const [program, pictures] = process.argv.slice(2);
const kXss = '<img src=x onerror="window.ran=1">';

let sandbox;
let browser;
let reseller; // of the ready line
let customerId;

before(async () => {
  sandbox = await Sandbox.start(program);
  reseller = sandbox.resellers[0];
  customerId = reseller.customerIds[0];
  browser = await openBrowser();
});

after(async () => {
  await browser?.close();
  await sandbox?.stop();
});

async function control(path, body, method = 'POST') {
  const answer = await fetch(`${sandbox.endpoint}/sandbox/v1/${path}`, {
    method, headers: {'Content-Type': 'application/json'}, ...(body ? {body: JSON.stringify(body)} : {}),
  });
  assert.ok(answer.ok, `${path}: ${answer.status} ${await answer.clone().text()}`);
  return answer.json();
}

async function asReseller(options) {
  const person = await Person.open(browser, sandbox.endpoint, options);
  await person.signIn(/^Reseller: Sandbox Reseller 1/);
  return person;
}

async function asCustomer(options) {
  const person = await Person.open(browser, sandbox.endpoint, options);
  await person.signIn(sandbox.key(sandbox.customers.find(each => each.customerId === customerId)).client_email);
  return person;
}

async function chooseFile(person, name, text) {
  await person.page.setInputFiles('input[type=file]', {name, mimeType: 'text/csv', buffer: Buffer.from(text)});
}

async function savedFile(person, act) {
  const [download] = await Promise.all([person.page.waitForEvent('download'), act()]);
  return readFileSync(await download.path(), 'utf8');
}

async function claimByCsv(person, rows) {
  await person.go(`/reseller/upload/claim?customer=${customerId}`);
  await chooseFile(person, 'devices.csv', rows);
  await person.page.getByRole('button', {name: /^Claim \d/}).click();
  await person.page.getByRole('heading', {name: /^Claim of/}).waitFor();
}

test('sign in by the keyboard alone, look around, sign out', async () => {
  const person = await Person.open(browser, sandbox.endpoint);
  await person.go('/');
  await person.inspect('sign-in', pictures);
  await person.fits('sign-in', pictures);
  await person.page.keyboard.press('Tab');
  await person.page.keyboard.press('Enter');
  await person.page.getByRole('navigation').first().waitFor();
  await person.settle();
  await person.see('No devices yet');
  await person.page.locator('body').press('Tab');
  await person.page.getByText('Skip to the content').press('Enter');
  assert.equal(await person.page.evaluate(() => document.activeElement.id), 'main');
  await person.go('/nowhere');
  await person.see('Page not found');
  await person.button('Change account').click();
  await person.page.getByRole('heading', {name: 'Sign in'}).waitFor();
  person.check();
  await person.close();
});

test('reseller: claim one device, edit its metadata, find it, unclaim it, undo', async () => {
  const person = await asReseller();
  await person.go('/reseller/claim');
  await person.inspect('claim');
  await person.fits('claim');
  await person.field('IMEI').fill('123');
  await person.button('Claim').click();
  await person.see('Invalid IMEI');
  await person.see('Request id');
  person.expectErrors('400 (Bad Request)');
  await person.field('IMEI').fill(imei(1));
  await person.field('Serial number').fill('SN-1');
  await person.field('Manufacturer').fill('Gogle');
  await person.see('did you mean the manufacturer "Google"?');
  await person.field('Manufacturer').fill('Google');
  await person.field('Model').fill('Pixel 9');
  await person.field('Order number').fill(kXss);
  await person.button('Claim').click();
  await person.page.getByRole('heading', {name: imei(1)}).waitFor();
  await person.settle();
  await person.see(/^Claimed for Sandbox Customer/);
  await person.see(kXss);

  await person.button('Edit').click();
  await person.field('phonenumber').fill('+49 30 1234');
  await person.button('Save').click();
  await person.see('Metadata changed: phonenumber');
  await person.inspect('device', pictures);
  await person.fits('device', pictures);

  for (const words of [imei(1), imei(1).slice(0, 14)]) {
    await person.go(`/reseller/devices?q=${words}`);
    await person.page.getByRole('link', {name: imei(1)}).waitFor();
  }
  await person.go('/reseller/devices');
  await person.field('Search').fill('SN-1');
  await person.page.getByRole('link', {name: imei(1)}).waitFor();
  await person.page.waitForURL(/q=SN-1/);
  await person.field('Search').fill(imei(9));
  await person.see(`No device found for “${imei(9)}”`);
  await person.page.reload();
  await person.see(`No device found for “${imei(9)}”`);

  await person.go('/reseller/devices');
  await person.page.getByRole('checkbox', {name: `Select ${imei(1)}`}).check();
  await person.button('Unclaim').click();
  const dialog = person.page.getByRole('dialog');
  await dialog.getByText('You can undo this').waitFor();
  await person.inspect('unclaim-dialog');
  await dialog.getByRole('button', {name: 'Unclaim'}).click();
  await person.page.getByRole('heading', {name: 'Unclaim of 1 device'}).waitFor();
  await person.button('Undo').click();
  await dialog.getByRole('button', {name: 'Undo'}).click();
  await person.see('The undo is running.');
  await person.go(`/reseller/devices?q=${imei(1)}`);
  await person.page.getByRole('link', {name: imei(1)}).waitFor();
  assert.equal(await person.page.evaluate(() => window.ran), undefined);
  person.check();
  await person.close();
});

test('reseller: upload a CSV file whose column has another name, preview, claim, correct what failed', async () => {
  const person = await asReseller();
  await person.go('/reseller/upload/claim');
  await person.inspect('upload-empty');
  assert.match(await savedFile(person, () => person.button('Save a template').click()), /^imei,serial,model/);
  const formula = '=HYPERLINK("http://example.com")';
  await chooseFile(person, 'phones.csv', [
    'sep=;', 'Handset;Serialnumber;manufacturer;model;note',
    `${imei(11)};S11;Google;Pixel 9;${kXss}`, `${imei(12)};S12;samsnug;S26;ok`, '3.56938E+14;S13;Google;Pixel;shortened',
    '356938035643800;S14;Google;Pixel;wrong check digit', `${imei(15)};S15;Google;Pixel;"${formula.replaceAll('"', '""')}"`,
  ].join('\r\n'));
  await person.see('Columns of phones.csv');
  await person.field('Handset').selectOption('imei');
  await person.field('Customer').selectOption(customerId);
  await person.see('a spreadsheet has shortened the number');
  await person.see('did you mean the manufacturer "samsung"?');
  await person.see(kXss);
  await person.inspect('upload', pictures);
  await person.fits('upload', pictures);
  await person.button('Preview on the server').click();
  await person.see('would fail');
  await person.see('Invalid identifier');
  const left = await savedFile(person, () => person.button('Save failed rows as CSV').click());
  assert.equal(left.split('\n').length, 4, left);
  assert.match(left, /NOT_SENT/);
  assert.match(left, /wrong check digit,SINGLE_DEVICE_STATUS_INVALID_DEVICE_IDENTIFIER/);
  await person.button('Claim 4 devices').click();
  await person.page.getByRole('heading', {name: 'Claim of 4 devices'}).waitFor();
  await person.see('Done with failures');
  await person.page.getByRole('heading', {name: 'Results'}).waitFor();
  await person.inspect('operation', pictures);
  await person.fits('operation');
  const failed = await savedFile(person, () => person.button('Save failed rows as CSV').click());
  assert.match(failed, /356938035643800/);
  assert.doesNotMatch(failed, /(^|,)[=+@]/m);
  await person.go('/reseller/operations');
  await person.see('Done with failures');
  await person.inspect('operations', pictures);
  await person.fits('operations');

  await person.go('/reseller/upload/unclaim');
  await chooseFile(person, 'gone.csv', `imei\n${imei(12)}\n${imei(99)}\n`);
  await person.button('Unclaim 2 devices').click();
  await person.page.getByRole('heading', {name: 'Unclaim of 2 devices'}).waitFor();
  await person.see('Done with failures');
  await chooseWrongFile(person);
  assert.equal(await person.page.evaluate(() => window.ran), undefined);
  person.check();
  await person.close();
});

async function chooseWrongFile(person) {
  await person.go('/reseller/upload/claim');
  await chooseFile(person, 'devices.xlsx', 'PK\x03\x04 [Content_Types].xml');
  await person.see('the file is an Excel workbook (.xlsx), not CSV; save it as "CSV UTF-8"');
}

test('reseller: 100,000 rows are checked while the page stays responsive', async () => {
  const person = await asReseller();
  await person.go(`/reseller/upload/claim?customer=${customerId}`);
  const rows = ['imei,manufacturer,model'];
  for (let i = 0; i < 100_000; ++i) rows.push(`${imei(1_000_000 + i)},Google,Pixel 9`);
  await person.page.evaluate(() => {
    window.longest = 0;
    let last = performance.now();
    setInterval(() => {
      window.longest = Math.max(window.longest, performance.now() - last);
      last = performance.now();
    }, 20);
  });
  const begin = Date.now();
  await chooseFile(person, 'many.csv', rows.join('\n'));
  await person.button('Claim 100,000 devices').waitFor();
  const seconds = (Date.now() - begin) / 1000;
  const blocked = await person.page.evaluate(() => window.longest);
  console.log(`100,000 rows checked in ${seconds.toFixed(1)} s; longest pause of the page ${blocked.toFixed(0)} ms`);
  assert.ok(seconds < 10, `${seconds} s`);
  assert.ok(blocked < 2000, `${blocked} ms`);
  person.check();
  await person.close();
});

test('reseller: customers, vendors, keys, users, webhooks', async () => {
  const person = await asReseller();
  await person.go('/reseller/customers');
  await person.button('Create a customer').click();
  await person.field('Company name').fill(kXss);
  await person.field('Owners').fill('owner@example.com');
  await person.inspect('customer-dialog');
  await person.button('Create').click();
  await person.page.getByRole('link', {name: kXss}).waitFor();
  await person.button('Show customers').click();
  await person.inspect('customers', pictures);
  await person.fits('customers');
  assert.equal(await person.page.evaluate(() => window.ran), undefined);

  await person.go('/reseller/users');
  await person.button('Add a user').first().click();
  await person.field('E-mail address').fill('ana@example.com');
  await person.field('Role').selectOption('MANAGER');
  await person.button('Add a user').last().click();
  await person.see('ana@example.com');
  await person.inspect('users');
  await person.fits('users');

  await person.go('/reseller/keys');
  await person.button('Create a service account').first().click();
  await person.see('it is shown only once');
  const key = JSON.parse(await savedFile(person, () => person.button('Save the key file').click()));
  assert.equal(key.type, 'service_account');
  assert.match(key.private_key, /BEGIN PRIVATE KEY/);
  await person.inspect('keys');
  await person.fits('keys');
  await person.page.reload();
  await person.settle();
  assert.equal(await person.page.getByText('New service account').count(), 0);
  person.check();
  await person.close();
});

test('reseller: a webhook is created, tested and deleted', async () => {
  const received = [];
  const receiver = createServer((request, response) => {
    received.push(request.headers['webhook-id']);
    request.resume();
    response.end();
  });
  await new Promise(resolve => receiver.listen(0, '127.0.0.1', resolve));
  const person = await asReseller();
  await person.go('/reseller/webhooks');
  await person.inspect('webhooks-empty');
  await person.button('Add a webhook').first().click();
  await person.field('URL').fill(`http://127.0.0.1:${receiver.address().port}/hook`);
  await person.button('Save').click();
  await person.see('whsec_');
  await person.page.getByRole('link', {name: '/hook'}).click();
  await person.button('Send a ping').click();
  await person.see('Delivered');
  assert.ok(received.length > 0);
  await person.inspect('webhook');
  await person.fits('webhook');
  await person.button('Delete').click();
  await person.page.getByRole('dialog').getByRole('button', {name: 'Delete'}).click();
  await person.see('No webhooks yet');
  receiver.close();
  person.check();
  await person.close();
});

test('customer: a configuration with warnings, applied to many devices and removed', async () => {
  const owner = await asReseller();
  await claimByCsv(owner, `imei\n${[31, 32, 33].map(imei).join('\n')}\n`);
  await owner.close();

  const person = await asCustomer();
  await person.go(`/customer/${customerId}/configurations`);
  await person.inspect('configurations-empty');
  await person.page.getByRole('link', {name: 'Create a configuration'}).first().click();
  await person.field('Name').fill('Kiosk');
  await person.field('DPC extras').fill('{"android.app.extra.PROVISIONING_LEAVE_ALL_SYSTEM_APPS_ENABLE": true, "server": "http://x"}');
  await person.see('LEAVE_ALL_SYSTEM_APPS_ENABLED');
  await person.see('http can be read and changed on the way');
  await person.field('DPC extras').fill(`{"android.app.extra.PROVISIONING_ADMIN_EXTRAS_BUNDLE": {"server": "https://example.com"}}`);
  await person.see('No warnings');
  await person.field('Company name').fill(`Example ${kXss}`);
  await person.field('Contact e-mail').fill('it@example.com');
  await person.field('Contact phone').fill('+1 555 0100');
  await person.field('Message').fill('Welcome.');
  await person.field('Component of the DPC').fill('com.example.dpc/.Receiver');
  await person.field('Download location').fill('https://example.com/dpc.apk');
  await person.field('Signature checksum').fill('gJD2YwtOiWJHkSMkkIfLRlj-quNqG1fb6v100QmzM9w');
  await person.page.getByRole('img', {name: 'Setup QR code'}).waitFor();
  await person.inspect('configuration', pictures);
  await person.fits('configuration', pictures);
  await person.button('Create').click();
  await person.page.getByRole('heading', {name: 'Kiosk'}).waitFor();
  await person.see('No device uses this configuration.');

  await person.go(`/customer/${customerId}/devices`);
  await person.field('Search').fill(imei(32));
  await person.page.getByRole('link', {name: imei(32)}).waitFor();
  await person.page.getByRole('link', {name: imei(31)}).waitFor({state: 'detached'});
  await person.field('Search').fill('');
  await person.page.getByRole('link', {name: imei(31)}).waitFor();
  await person.page.getByRole('checkbox', {name: 'Select all loaded rows'}).check();
  await person.button('Apply a configuration').click();
  await person.inspect('apply-dialog');
  await person.page.getByRole('dialog').getByRole('button', {name: 'Apply a configuration'}).click();
  await person.see(/^Done for \d+ devices/);
  await person.page.getByRole('link', {name: 'Kiosk'}).first().waitFor();
  await person.inspect('customer-devices', pictures);
  await person.fits('customer-devices', pictures);

  await person.page.getByRole('link', {name: imei(31)}).click();
  await person.see(/Configuration \d+ applied/);
  await person.inspect('customer-device');
  await person.button('Remove configuration').click();
  await person.page.getByRole('dialog').getByRole('button', {name: 'Remove configuration'}).click();
  await person.see('it starts like a personal one');
  await person.go(`/customer/${customerId}/devices?configuration=none`);
  await person.page.getByRole('link', {name: imei(31)}).waitFor();

  await person.go(`/customer/${customerId}/configurations`);
  await person.see(/^\d devices$/);
  await person.inspect('configurations', pictures);
  await person.fits('configurations');
  await person.page.getByRole('link', {name: 'Kiosk'}).click();
  await person.field('Message').fill('Hello.');
  await person.see('at the next first start or factory reset');
  await person.button('Save').click();
  await person.see('Saved.');
  assert.equal(await person.page.evaluate(() => window.ran), undefined);
  person.check();
  await person.close();
});

test('customer: terms, resellers, users', async () => {
  const person = await asCustomer();
  await person.go(`/customer/${customerId}/resellers`);
  await person.see(reseller.partnerId);
  await person.inspect('resellers');
  await person.go(`/customer/${customerId}/users`);
  await person.see('Owner');
  await person.inspect('customer-users');
  await person.go(`/customer/${customerId}/terms`);
  await person.see('Accepted');
  await person.inspect('terms');
  await person.fits('terms');
  person.expectErrors('403 (Forbidden)');
  await person.button('Withdraw').click();
  await person.see('Not accepted');
  await person.go(`/customer/${customerId}/devices`);
  await person.see('The terms of service are not accepted');
  await person.go(`/customer/${customerId}/terms`);
  await person.button('Accept').click();
  await person.see('Accepted');
  person.check();
  await person.close();
});

test('sandbox: calls as they happen, faults, clock, operations, snapshots', async () => {
  const person = await asReseller();
  const watcher = await asReseller();
  await watcher.go('/sandbox/calls');
  await watcher.see('Live');
  await person.go('/sandbox/faults');
  await person.inspect('faults-empty');
  await person.button('429 with Retry-After, once').click();
  await person.see('Error RESOURCE_EXHAUSTED');
  await person.inspect('faults', pictures);
  await person.fits('faults', pictures);
  person.expectErrors('429 (Too Many Requests)');
  await person.go('/reseller/customers');
  await person.see('RESOURCE_EXHAUSTED');
  await person.button('Retry').first().click();
  await person.page.getByRole('link', {name: /^Sandbox Customer/}).first().waitFor();
  await watcher.field('Show').selectOption('fault');
  await watcher.page.getByRole('button', {name: /partners\./}).first().click();
  await watcher.see('RESOURCE_EXHAUSTED');
  await watcher.inspect('calls', pictures);
  await watcher.fits('calls', pictures);
  watcher.check();
  await watcher.close();
  await person.go('/sandbox/faults');
  await person.button('Delete all rules').click();
  await person.page.getByRole('dialog').getByRole('button', {name: 'Delete all rules'}).click();
  await person.see('No rules');

  await person.go('/sandbox/controls');
  const clock = await control('clock', null, 'GET');
  await person.button('+ 1 day').click();
  await person.see('The clock was advanced.');
  const later = await control('clock', null, 'GET');
  assert.ok(Date.parse(later.now) - Date.parse(clock.now) >= 86_400_000);
  await person.button('Freeze').click();
  await person.see('Frozen');
  await person.button('Let it run').click();
  await person.see('Runs');
  await person.button('Pause').click();
  await person.see('Operations are paused.');
  await person.button('Run these items').click();
  await person.see('Ran 0 items.');
  await person.button('Resume').click();
  await person.see('Operations go on.');
  await person.field('Name').fill('before');
  await person.button('Save a snapshot').click();
  await person.see('The snapshot is saved.');
  await person.inspect('controls', pictures);
  await person.fits('controls');
  await person.button('Restore').click();
  await person.page.getByRole('dialog').getByRole('button', {name: 'Restore'}).click();
  await person.see('Restored.');
  person.check();
  await person.close();
});

test('sandbox: a phone starts and shows what its configuration gives', async () => {
  const person = await asReseller();
  await person.go(`/sandbox/phone?imei=${imei(32)}`);
  await person.button('Start the phone').click();
  await person.see('The phone is set up for its company.');
  await person.button('Next').click();
  await person.button('Next').click();
  await person.see('This device belongs to Example');
  await person.inspect('phone', pictures);
  await person.fits('phone', pictures);
  await person.field('IMEI').fill(imei(98));
  await person.button('Start the phone').click();
  await person.see('Unknown device');
  assert.equal(await person.page.evaluate(() => window.ran), undefined);
  person.check();
  await person.close();
});

test('a session that ends in the middle of a form loses nothing', async () => {
  const person = await asReseller();
  person.expectErrors('401 (Unauthorized)');
  await person.go('/reseller/claim');
  await person.field('IMEI').fill(imei(51));
  await person.context.clearCookies();
  await control('clock:advance', {duration: '3700s'}); // the page's token expires
  await person.button('Claim').click();
  await person.see('Your session has ended');
  await person.inspect('session-ended');
  await person.page.getByRole('button', {name: /^Sign in again/}).click();
  assert.equal(await person.field('IMEI').inputValue(), imei(51));
  await person.button('Claim').click();
  await person.page.getByRole('heading', {name: imei(51)}).waitFor();
  person.check();
  await person.close();
});

test('the devices page lists more rows than it draws', async () => {
  const person = await asReseller();
  await claimByCsv(person, `imei\n${Array.from({length: 450}, (_, i) => imei(2000 + i)).join('\n')}\n`);
  await person.see('Done');
  await person.go('/reseller/devices');
  await person.see(/of 4\d\d rows loaded/);
  const table = person.page.getByRole('table');
  assert.ok(await person.page.getByRole('row').count() < 60);
  for (let i = 0; i < 8; ++i) {
    await table.evaluate(element => {
      element.scrollTop = element.scrollHeight;
    });
    await person.page.waitForTimeout(150);
  }
  await person.see(/^4\d\d rows$/);
  await person.inspect('devices', pictures);
  await person.fits('devices', pictures);
  person.check();
  await person.close();
});
