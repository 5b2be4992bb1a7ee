// SPDX-License-Identifier: Apache-2.0
// Uses the pages of the sandbox.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {imei} from './sandbox.mjs';
import {
  asReseller,
  call,
  claim,
  control,
  customer,
  kXss,
  leave,
  pictures,
  stage,
} from './stage.mjs';

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
  await person.page
    .getByRole('link', {name: /^Sandbox Customer/})
    .first()
    .waitFor();
  await watcher.field('Show').selectOption('fault');
  await watcher.page
    .getByRole('button', {name: /partners\./})
    .first()
    .click();
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
  await leave(person);
});

test('sandbox: a phone starts and shows what its configuration gives', async () => {
  const person = await asReseller();
  await claim(imei(1));
  const parent = `/v1/customers/${stage.customerId}`;
  const {dpcs} = await call(customer(), `${parent}/dpcs`);
  const configuration = await call(customer(), `${parent}/configurations`, {
    configurationName: 'Kiosk',
    dpcResourcePath: dpcs[0].name,
    companyName: `Example ${kXss}`,
    contactEmail: 'it@example.com',
    contactPhone: '+1 555 0100',
    customMessage: 'Welcome.',
  });
  await call(customer(), `${parent}/devices:applyConfiguration`, {
    device: {deviceIdentifier: {imei: imei(1)}},
    configuration: configuration.name,
  });
  await person.go(`/sandbox/phone?imei=${imei(1)}`);
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
  await leave(person);
});
