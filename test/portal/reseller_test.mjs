// SPDX-License-Identifier: Apache-2.0
// Uses the pages of a reseller.
import assert from 'node:assert/strict';
import {createServer} from 'node:http';
import {test} from 'node:test';
import {Person} from './person.mjs';
import {imei} from './sandbox.mjs';
import {asReseller, chooseFile, claim, kXss, leave, pictures, savedFile, stage} from './stage.mjs';

async function claimByCsv(person, rows) {
  await person.go(`/reseller/upload/claim?customer=${stage.customerId}`);
  await chooseFile(person, 'devices.csv', rows);
  await person.page.getByRole('button', {name: /^Claim \d/}).click();
  await person.page.getByRole('heading', {name: /^Claim of/}).waitFor();
}

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
  // Shows the latest of many pages first, without being asked for it.
  await person.page.route(/\/operations\?pageSize=1000/, route =>
    route.continue({url: route.request().url().replace('pageSize=1000', 'pageSize=1')}),
  );
  await person.go('/reseller/operations');
  await person.page.getByRole('row').nth(2).waitFor();
  assert.match(await person.page.getByRole('row').nth(1).textContent(), /Undo/);
  await person.go(`/reseller/devices?q=${imei(1)}`);
  await person.page.getByRole('link', {name: imei(1)}).waitFor();
  await leave(person);
});

test('reseller: upload a CSV file with another name of a column, preview, claim', async () => {
  const person = await asReseller();
  await person.go('/reseller/upload/claim');
  await person.inspect('upload-empty');
  assert.match(
    await savedFile(person, () => person.button('Save a template').click()),
    /^imei,serial,model/,
  );
  const formula = '=HYPERLINK("http://example.com")';
  await chooseFile(
    person,
    'phones.csv',
    [
      'sep=;',
      'Handset;Serialnumber;manufacturer;model;note',
      `${imei(11)};S11;Google;Pixel 9;${kXss}`,
      `${imei(12)};S12;samsnug;S26;ok`,
      '3.56938E+14;S13;Google;Pixel;shortened',
      '356938035643800;S14;Google;Pixel;wrong check digit',
      `${imei(15)};S15;Google;Pixel;"${formula.replaceAll('"', '""')}"`,
    ].join('\r\n'),
  );
  await person.see('Columns of phones.csv');
  await person.field('Handset').selectOption('imei');
  await person.field('Customer').selectOption(stage.customerId);
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
  await leave(person);
});

async function chooseWrongFile(person) {
  await person.go('/reseller/upload/claim');
  await chooseFile(person, 'devices.xlsx', 'PK\x03\x04 [Content_Types].xml');
  await person.see('the file is an Excel workbook (.xlsx), not CSV; save it as "CSV UTF-8"');
}

test('reseller: 100,000 rows are checked while the page stays responsive', async () => {
  const person = await asReseller();
  await person.go(`/reseller/upload/claim?customer=${stage.customerId}`);
  const rows = ['imei,manufacturer,model'];
  for (let i = 0; i < 100_000; ++i) rows.push(`${imei(1_000_000 + i)},Google,Pixel 9`);
  // Counts how often the page's timer runs from the choice of the file until the button is there.
  await person.page.evaluate(() => {
    const timer = setInterval(() => ++window.turns, 20);
    document.addEventListener('change', () => (window.turns = 0), {capture: true, once: true});
    new MutationObserver(() => {
      const buttons = [...document.querySelectorAll('button')];
      if (buttons.some(each => each.textContent === 'Claim 100,000 devices')) clearInterval(timer);
    }).observe(document.body, {childList: true, subtree: true, characterData: true});
  });
  await chooseFile(person, 'many.csv', rows.join('\n'));
  await person.button('Claim 100,000 devices').waitFor();
  const turns = await person.page.evaluate(() => window.turns);
  // A page that checks all rows in one go runs no timer meanwhile. How long a pause is at most is
  // measured by bench/portal.mjs.
  assert.ok(turns >= 5, `the page's own timer ran ${turns} times`);
  await leave(person);
});

test('reseller: customers, vendors, keys, users', async () => {
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

  await person.go('/reseller/users');
  await person.button('Add a user').first().click();
  await person.field('E-mail address').fill('ana@example.com');
  await person.field('Role').selectOption('VIEWER');
  await person.button('Add a user').last().click();
  await person.see('ana@example.com');
  // The button that removes the last of them goes with it: the focus does not.
  await person.button('Add a user').first().click();
  await person.field('E-mail address').fill('gone@example.com');
  await person.button('Add a user').last().click();
  const gone = person.page.getByRole('row', {name: 'gone@example.com'});
  await gone.getByRole('button', {name: 'Remove'}).press('Enter');
  await person.page.getByRole('dialog').getByRole('button', {name: 'Remove'}).press('Enter');
  await gone.waitFor({state: 'detached'});
  await person.page.waitForFunction(() => document.activeElement?.tagName === 'H1');
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
  await leave(person);
});

test('reseller: a viewer sees the devices and is refused what the role may not do', async () => {
  await claim(imei(71));
  const person = await Person.open(stage.browser, stage.origin);
  await person.signIn(/ana@example\.com/);
  await person.go(`/reseller/devices?q=${imei(71)}`);
  await person.page.getByRole('link', {name: imei(71)}).waitFor();
  await person.see('Viewer');
  assert.equal(await person.page.getByRole('link', {name: 'Claim one device'}).count(), 0);
  assert.equal(await person.page.getByRole('checkbox').count(), 0);
  await person.go(`/reseller/claim?imei=${imei(72)}`);
  await person.see('Your role is Viewer');
  assert.equal(await person.button('Claim').count(), 0);
  await leave(person);
});

test('reseller: a webhook is created, tested and deleted', async () => {
  const received = [];
  const receiver = createServer((request, response) => {
    received.push(request.headers['webhook-id']);
    request.resume();
    response.end();
  });
  receiver.unref();
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
  await leave(person);
});

test('the devices page lists more rows than it draws', async () => {
  const person = await asReseller();
  await claimByCsv(
    person,
    `imei\n${Array.from({length: 450}, (_, i) => imei(2000 + i)).join('\n')}\n`,
  );
  await person.see('Done');
  // The rows wait neither for the number of all devices nor for further pages of customers.
  let answer;
  const asked = new Promise(resolve => (answer = resolve));
  await person.page.route(/findByOwner\?fields=totalSize/, async route => {
    await asked;
    await route.continue();
  });
  await person.page.route(/\/customers\?pageSize=/, async route => {
    const isSecond = route.request().url().includes('pageToken');
    if (isSecond) await asked;
    const url = route.request().url().replace(/&pageToken=.*/, '');
    const {customers} = await (await route.fetch({url})).json();
    const isFirst = each => each.companyId === stage.customerId;
    return route.fulfill({
      json: isSecond
        ? {customers: customers.filter(each => !isFirst(each))}
        : {customers: customers.filter(isFirst), nextPageToken: 'next'},
    });
  });
  await person.go('/reseller/devices');
  await person.page.getByRole('link', {name: imei(2000)}).waitFor();
  await person.see(/^\d+ rows loaded; scroll for more$/);
  answer();
  await person.see(/of 4\d\d rows loaded/);
  await person.field('Customer').selectOption(kXss);
  await person.see('No devices yet');
  await person.field('Customer').selectOption('');
  await person.see(/of 4\d\d rows loaded/);
  const table = person.page.getByRole('table');
  assert.ok((await person.page.getByRole('row').count()) < 60);
  for (let i = 0; i < 8; ++i) {
    await table.evaluate(element => {
      element.scrollTop = element.scrollHeight;
    });
    await person.page.waitForTimeout(150);
  }
  await person.see(/^4\d\d rows$/);
  await person.inspect('devices', pictures);
  await person.fits('devices', pictures);
  await leave(person);
});
