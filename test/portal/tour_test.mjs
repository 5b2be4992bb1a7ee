// SPDX-License-Identifier: Apache-2.0
// Follows the tour of docs/sandbox.md in the browser alone.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {
  asCustomer,
  asReseller,
  chooseFile,
  control,
  leave,
  pictures,
  savedFile,
  stage,
} from './stage.mjs';

const kImei = '490154203237518';
const kPhone = '490154203237526';

async function addCommonFault(person, name) {
  await person.page.getByRole('link', {name: 'Faults', exact: true}).click();
  await person.button(name).click();
  await person.see(/^Rule \d+ added\.$/);
}

async function makeCall(person, method) {
  await person.page.getByRole('link', {name: 'Test client'}).click();
  await person.field('Method').selectOption(method);
}

test('tour: a token endpoint that is down, a token refused, too many calls', async () => {
  const person = await asReseller();
  person.expectErrors('503 (Service Unavailable)', '401 (Unauthorized)', '400 (Bad Request)');
  person.expectErrors('429 (Too Many Requests)');
  await makeCall(person, 'partners.vendors.list');
  await person.button('Make the call').click();
  await person.see('Sandbox Vendor 1');
  await person.inspect('test-client', pictures);
  await person.fits('test-client');

  await addCommonFault(person, 'Token endpoint down, once');
  await makeCall(person, 'partners.vendors.list');
  await person.button('Make the call').click();
  await person.see('HTTP 503');
  await person.see(/retries in/);
  await person.see('Sandbox Vendor 1');

  await addCommonFault(person, 'A token refused, once');
  await makeCall(person, 'partners.vendors.list');
  await person.button('Make the call').click();
  await person.see('invalid_grant');
  await person.see('the client gives up');

  await person.page.getByRole('link', {name: 'Faults', exact: true}).click();
  await person.field('Method').fill('partners.vendors.list');
  await person.field('Status').selectOption('RESOURCE_EXHAUSTED');
  await person.field('Retry after').fill('2s');
  await person.button('Add the rule').click();
  await person.see(/^Rule \d+ added\.$/);
  await makeCall(person, 'partners.vendors.list');
  await person.button('Make the call').click();
  await person.see('HTTP 429');
  await person.see('retries in 2 s');
  await person.see('Sandbox Vendor 1');
  await leave(person);
});

test('tour: the answer is lost after the change was made', async () => {
  const person = await asReseller();
  person.expectErrors('net::ERR_');
  await person.page.getByRole('link', {name: 'Live calls'}).click();
  await person.button('Clear').click();
  await addCommonFault(person, 'Claim done, answer lost');
  await makeCall(person, 'partners.devices.claim');
  await person.field('IMEI').fill(kImei);
  await person.button('Make the call').click();
  await person.see('deviceName');
  await person.page.getByRole('link', {name: 'Live calls'}).click();
  await person.field('Search by method, path, account, status or request id').fill('devices.claim');
  await person.page.getByRole('button', {name: 'partners.devices.claim'}).nth(1).waitFor();
  assert.equal(await person.page.getByRole('table').getByText('fault', {exact: true}).count(), 1);
  await person.page.getByRole('link', {name: 'Devices', exact: true}).first().click();
  await person.field('Search').fill(kImei);
  await person.page.getByRole('link', {name: kImei}).waitFor();
  await person.see(/^1 row$/);
  await leave(person);
});

test('tour: one bad device in a thousand, and an operation step by step', async () => {
  const person = await asReseller();
  await person.page.getByRole('link', {name: 'Upload devices'}).click();
  const csv = await savedFile(person, () => person.button('Save 1,000 made-up devices').click());
  const [, , third] = csv.split('\n');
  await person.page.getByRole('link', {name: 'Faults', exact: true}).click();
  await person.field('Method').fill('partners.devices.claimAsync');
  await person.field('Effect').selectOption('item');
  await person.field('IMEI of a device').fill(third.split(',')[0]);
  await person.button('Add the rule').click();
  await person.see(/^Rule \d+ added\.$/);
  await person.page.getByRole('link', {name: 'Upload devices'}).click();
  await person.field('Customer').selectOption(stage.customerId);
  await chooseFile(person, 'devices.csv', csv);
  await person.button('Claim 1,000 devices').click();
  await person.page.getByRole('heading', {name: 'Claim of 1,000 devices'}).waitFor();
  await person.see('Done with failures');
  await person.field('Show').selectOption('failed');
  await person.see('Claimed by another reseller');
  const failed = await savedFile(person, () => person.button('Save failed rows as CSV').click());
  assert.equal(failed.trimEnd().split('\n').length, 2, failed);
  // Without the rule, the same file succeeds.
  await person.page.getByRole('link', {name: 'Upload devices'}).click();
  await person.field('Customer').selectOption(stage.customerId);
  await chooseFile(person, 'devices.csv', csv);
  await person.button('Claim 1,000 devices').click();
  await person.page.getByText('Done', {exact: true}).waitFor();

  const controls = () => person.page.getByRole('link', {name: 'Clock and snapshots'}).click();
  const operation = async () => {
    await person.page.getByRole('link', {name: 'Operations', exact: true}).click();
    await person.page.getByRole('link', {name: 'Unclaim', exact: true}).first().click();
    await person.page.getByRole('heading', {name: 'Unclaim of 1,000 devices'}).waitFor();
  };
  await controls();
  await person.button('Pause').click();
  await person.see('Operations are paused.');
  await person.page.getByRole('link', {name: 'Unclaim by CSV'}).click();
  await chooseFile(person, 'devices.csv', csv);
  await person.button('Unclaim 1,000 devices').click();
  await person.see(/^0 %$/);
  await controls();
  await person.field('Items').fill('400');
  await person.button('Run these items').click();
  await person.see('Ran 400 items.');
  await operation();
  await person.see(/^40 %$/);
  await controls();
  await person.button('Resume').click();
  await operation();
  await person.page.getByText('Done', {exact: true}).waitFor();
  await leave(person);
});

test('tour: terms go stale, a phone starts, and everything is as at first', async () => {
  const owner = await asCustomer();
  owner.expectErrors('403 (Forbidden)');
  await owner.page.getByRole('link', {name: 'Terms of service'}).click();
  await owner.button('Withdraw').click();
  await owner.see('Not accepted');
  await makeCall(owner, 'customers.dpcs.list');
  await owner.button('Make the call').click();
  await owner.see('HTTP 403');
  await owner.see('TosError');
  await owner.page.getByRole('link', {name: 'Terms of service'}).click();
  await owner.button('Accept').click();
  await owner.see('Accepted');

  await owner.page.getByRole('link', {name: 'Configurations'}).click();
  await owner.page.getByRole('link', {name: 'Create a configuration'}).first().click();
  await owner.field('Name').fill('Kiosk');
  await owner.field('Company name').fill('Kiosk Company');
  await owner.field('Contact e-mail').fill('it@example.com');
  await owner.field('Contact phone').fill('+1 800 555 0100');
  await owner.field('Message').fill('This phone belongs to the Kiosk Company.');
  await owner.field('Default for newly claimed devices').check();
  await owner.button('Create').click();
  await owner.page.getByRole('heading', {name: 'Kiosk'}).waitFor();
  await leave(owner);

  const person = await asReseller();
  await person.page.getByRole('link', {name: 'Claim one device'}).click();
  await person.field('Customer').selectOption(stage.customerId);
  await person.field('IMEI').fill(kPhone);
  await person.button('Claim').click();
  await person.page.getByRole('heading', {name: kPhone}).waitFor();
  await person.page.getByRole('link', {name: 'Start this phone'}).click();
  await person.button('Start the phone').click();
  await person.see('The phone is set up for its company.');
  await person.button('Next').click();
  await person.button('Next').click();
  await person.see('This phone belongs to the Kiosk Company.');
  await person.page.getByRole('img', {name: 'Setup QR code'}).waitFor();

  await person.page.getByRole('link', {name: 'Clock and snapshots'}).click();
  await person.button('Reset the sandbox').click();
  await person.page.getByRole('dialog').getByRole('button', {name: 'Reset the sandbox'}).click();
  await person.see('The sandbox is as new.');
  assert.deepEqual(await control('faults', null, 'GET'), {});
  await person.close();
});
