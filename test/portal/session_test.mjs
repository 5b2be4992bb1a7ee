// SPDX-License-Identifier: Apache-2.0
// Signs in, looks around, and loses the session.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {Person} from './person.mjs';
import {imei} from './sandbox.mjs';
import {asReseller, chooseFile, control, leave, pictures, stage} from './stage.mjs';

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

test('parts of the portal that the server does not send are asked for again', async () => {
  const person = await Person.open(stage.browser, stage.origin);
  person.expectErrors('net::ERR_FAILED', '404 (Not Found)', 'The server did not send this page');
  await person.page.route(/assets\/sandbox-/, route => route.abort());
  await person.page.addInitScript(() => {
    const {Worker} = window;
    window.Worker = class extends Worker {
      constructor(url) {
        super(url.replace('worker-', 'missing-'));
      }
    };
  });
  await person.signIn(stage.sandbox.key(stage.reseller).client_email);
  await person.page.getByRole('link', {name: 'Live calls'}).click();
  await person.see('The server did not send this page.');
  await person.page.getByRole('link', {name: 'Upload devices'}).click();
  await person.page.getByRole('heading', {name: /^Upload/}).waitFor();
  await chooseFile(person, 'one.csv', `imei\n${imei(52)}\n`);
  await person.see('The server did not send this page.');
  await person.page.unrouteAll();
  await person.page.getByRole('link', {name: 'Live calls'}).click();
  await person.button('Load it again').click();
  await person.page.getByRole('heading', {name: 'Live calls'}).waitFor();
  await leave(person);
});

test('a session that ends under a dialog is asked for over it, and the dialog stays', async () => {
  const person = await asReseller();
  person.expectErrors('401 (Unauthorized)');
  await person.go('/reseller/customers');
  await person.button('Create a customer').click();
  await person.field('Company name').fill('Example');
  await person.field('Owners').fill('owner@example.com');
  await person.context.clearCookies();
  await control('clock:advance', {duration: '3700s'});
  await person.button('Create').press('Enter');
  const again = person.page.getByRole('button', {name: /^Sign in again/});
  await again.waitFor();
  await person.page.keyboard.press('Escape');
  await again.press('Enter');
  await again.waitFor({state: 'detached'});
  assert.equal(await person.field('Company name').inputValue(), 'Example');
  await person.button('Create').press('Enter');
  await person.page.getByRole('link', {name: 'Example', exact: true}).waitFor();
  await leave(person);
});

test('two tabs: one takes another account, the other asks to sign in again', async () => {
  const person = await asReseller();
  person.expectErrors('401 (Unauthorized)', '403 (Forbidden)');
  const other = await person.context.newPage();
  await other.goto(`${stage.origin}/portal/reseller/devices`);
  await other.getByRole('button', {name: 'Change account'}).click();
  await other.getByRole('heading', {name: 'Sign in'}).waitFor();
  await other.getByRole('button', {name: /Customer:/}).first().click();
  await other.getByRole('navigation').first().waitFor();
  await control('clock:advance', {duration: '700s'}); // the tab's token expires
  // The dialog may be there already: the page reads some lists again by itself.
  await person.page.locator('a[href$="/reseller/operations"]').dispatchEvent('click');
  await person.see('Your session has ended');
  await other.close();
  await leave(person);
});
