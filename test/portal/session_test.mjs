// SPDX-License-Identifier: Apache-2.0
// Signs in, looks around, and loses the session.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {Person} from './person.mjs';
import {imei} from './sandbox.mjs';
import {asReseller, control, leave, pictures, stage} from './stage.mjs';

test('sign in by the keyboard alone, look around, sign out', async () => {
  const person = await Person.open(stage.browser, stage.origin);
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
  await leave(person);
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
  await leave(person);
});
