// SPDX-License-Identifier: Apache-2.0
// Uses the pages of a customer.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {imei} from './sandbox.mjs';
import {asCustomer, claim, control, kXss, leave, pictures, stage} from './stage.mjs';

test('customer: a configuration with warnings, applied to many devices and removed', async () => {
  for (const number of [31, 32, 33]) await claim(imei(number));
  const person = await asCustomer();
  await person.go(`/customer/${stage.customerId}/configurations`);
  await person.inspect('configurations-empty');
  await person.page.getByRole('link', {name: 'Create a configuration'}).first().click();
  await person.field('Name').fill('Kiosk');
  await person
    .field('DPC extras')
    .fill(
      '{"android.app.extra.PROVISIONING_LEAVE_ALL_SYSTEM_APPS_ENABLE": true, "server": "http://x"}',
    );
  await person.see('LEAVE_ALL_SYSTEM_APPS_ENABLED');
  await person.see('http can be read and changed on the way');
  await person
    .field('DPC extras')
    .fill(
      `{"android.app.extra.PROVISIONING_ADMIN_EXTRAS_BUNDLE": {"server": "https://example.com"}}`,
    );
  await person.see('No warnings');
  // Keeps what is typed through a reload, and through a look at another page.
  await person.page.reload();
  await person.see('No warnings');
  await person.page.getByRole('link', {name: 'Devices', exact: true}).click();
  await person.page.getByRole('heading', {name: 'Devices'}).waitFor();
  await person.page.goBack();
  assert.equal(await person.field('Name').inputValue(), 'Kiosk');
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

  await person.go(`/customer/${stage.customerId}/devices`);
  await person.field('Search').fill(imei(32));
  await person.page.getByRole('link', {name: imei(32)}).waitFor();
  await person.page.getByRole('link', {name: imei(31)}).waitFor({state: 'detached'});
  await person.field('Search').fill('');
  await person.page.getByRole('link', {name: imei(31)}).waitFor();
  await person.page.getByRole('checkbox', {name: 'Select all loaded rows'}).check();
  // One of them fails: the dialog says which, and the others are done.
  await control('faults', {
    method: 'customers.devices.applyConfiguration',
    times: 1,
    error: {status: 'PERMISSION_DENIED'},
  });
  person.expectErrors('403 (Forbidden)');
  const rows = await person.page.getByRole('checkbox', {name: /^Select \d/}).count();
  await person.button('Apply a configuration').click();
  await person.inspect('apply-dialog');
  await person.page
    .getByRole('dialog')
    .getByRole('button', {name: 'Apply a configuration'})
    .click();
  await person.see('1 device failed');
  await person.page.getByRole('dialog').locator('li code').waitFor(); // the request id
  await person.page.keyboard.press('Escape');
  await person.see('1 selected');
  await person.page.getByRole('link', {name: 'Kiosk'}).nth(rows - 2).waitFor();
  await person.button('Apply a configuration').click();
  await person.page
    .getByRole('dialog')
    .getByRole('button', {name: 'Apply a configuration'})
    .click();
  await person.see('Done for 1 device.');
  await person.page.getByRole('link', {name: 'Kiosk'}).first().waitFor();
  await person.inspect('customer-devices', pictures);
  await person.fits('customer-devices', pictures);

  await person.page.getByRole('link', {name: imei(31)}).click();
  await person.see('Configuration Kiosk applied');
  await person.inspect('customer-device');
  await person.button('Remove configuration').click();
  await person.page.getByRole('dialog').getByRole('button', {name: 'Remove configuration'}).click();
  await person.see('it starts like a personal one');
  await person.go(`/customer/${stage.customerId}/devices?configuration=none`);
  await person.page.getByRole('link', {name: imei(31)}).waitFor();

  await person.go(`/customer/${stage.customerId}/configurations`);
  await person.see(/^\d devices$/);
  await person.inspect('configurations', pictures);
  await person.fits('configurations');
  await person.page.getByRole('link', {name: 'Kiosk'}).click();
  await person.field('Message').fill('Hello.');
  await person.see('at the next first start or factory reset');
  await person.button('Save').click();
  await person.see('Saved.');
  await leave(person);
});

test('customer: unclaims devices, reloads the page, and undoes it', async () => {
  for (const number of [51, 52]) await claim(imei(number));
  const person = await asCustomer();
  const devices = `/customer/${stage.customerId}/devices`;
  await person.go(devices);
  for (const number of [51, 52]) {
    await person.page.getByRole('checkbox', {name: `Select ${imei(number)}`}).check();
  }
  await person.button('Unclaim').click();
  await person.see('This can be undone until');
  await person.inspect('customer-unclaim-dialog');
  await person.page.getByRole('dialog').getByRole('button', {name: 'Unclaim'}).click();
  await person.see(/^2 devices unclaimed\. This can be undone until/);
  await person.page.getByRole('link', {name: imei(51)}).waitFor({state: 'detached'});
  await person.page.reload();
  await person.settle();
  await person.inspect('customer-unclaimed');
  await person.fits('customer-unclaimed');
  // One is taken by its reseller meanwhile: that one stays as it is.
  await claim(imei(52));
  person.expectErrors('400 (Bad Request)');
  await person.button('Undo the unclaim').click();
  await person.page.getByRole('link', {name: imei(51)}).waitFor();
  await person.see('The device was claimed, unclaimed or locked otherwise');
  await person.button('Hide this').click();
  await person.page.getByText('Recently unclaimed').waitFor({state: 'detached'});
  await leave(person);
});

test('customer: terms, resellers, users', async () => {
  await claim(imei(41));
  const person = await asCustomer();
  await person.go(`/customer/${stage.customerId}/resellers`);
  await person.see(stage.reseller.partnerId);
  await person.inspect('resellers');
  await person.go(`/customer/${stage.customerId}/users`);
  await person.see('Owner');
  await person.inspect('customer-users');
  await person.go(`/customer/${stage.customerId}/terms`);
  await person.see('Accepted');
  await person.inspect('terms');
  await person.fits('terms');
  person.expectErrors('403 (Forbidden)');
  await person.button('Withdraw').click();
  await person.see('Not accepted');
  await person.go(`/customer/${stage.customerId}/devices`);
  await person.see('The terms of service are not accepted');
  await person.go(`/customer/${stage.customerId}/terms`);
  await person.button('Accept').click();
  await person.see('Accepted');
  await leave(person);
});
