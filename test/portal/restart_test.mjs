// SPDX-License-Identifier: Apache-2.0
// Kills and restarts the server while people use it.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {imei} from './sandbox.mjs';
import {asReseller, call, chooseFile, control, leave, stage} from './stage.mjs';

const kRows = 600;
const rows = first =>
  `imei\n${Array.from({length: kRows}, (_, i) => imei(first + i)).join('\n')}\n`;

// Returns how many devices the customer of the stage has.
async function devices() {
  const page = await call(
    stage.reseller,
    `/v1/partners/${stage.reseller.partnerId}/devices:findByOwner`,
    {customerId: [stage.customerId], sectionType: 'SECTION_TYPE_ZERO_TOUCH', limit: '1'},
  );
  return page.totalSize ?? 0;
}

async function claimKinds() {
  const page = await call(stage.reseller, '/openzerotouch/v1/operations');
  return (page.batches ?? []).filter(each => each.kind === 'CLAIM');
}

async function upload(person, first) {
  await person.go(`/reseller/upload/claim?customer=${stage.customerId}`);
  await chooseFile(person, 'devices.csv', rows(first));
  await person.page.getByRole('button', {name: /^Claim \d/}).click();
}

test('the server is killed while an upload runs: it goes on, each device once', async () => {
  const person = await asReseller();
  person.expectErrors('net::ERR_');
  await control('operations:setSpeed', {itemsPerSecond: 200});
  await upload(person, 0);
  await person.page.getByRole('heading', {name: /^Claim of/}).waitFor();
  await person.page.waitForFunction(() => (document.querySelector('progress')?.value ?? 0) > 0);
  await stage.sandbox.kill();
  await person.see('The server does not answer');
  await stage.sandbox.restart();
  await person.page.getByText('Done', {exact: true}).waitFor();
  await person.page.getByText('The server does not answer').waitFor({state: 'detached'});
  await person.see(String(kRows));
  assert.equal(await devices(), kRows);
  assert.equal((await claimKinds()).length, 1);
  await leave(person);
});

test('the server dies before it answers an upload: the page says what to do', async () => {
  const person = await asReseller();
  person.expectErrors('net::ERR_');
  const before = await devices();
  // A browser may send a request again by itself when a connection that it used before is cut.
  await control('faults', {method: 'partners.devices.claimAsync', disconnect: 'AFTER'});
  await upload(person, 10_000);
  await person.see('The answer is lost');
  await control('faults', null, 'DELETE');
  await person.inspect('upload-unsure');
  await person.page.getByRole('link', {name: 'Open the operations'}).click();
  await person.page.getByRole('heading', {name: 'Operations'}).waitFor();
  await person.page.getByRole('link', {name: 'Claim', exact: true}).first().click();
  await person.page.getByText('Done', {exact: true}).waitFor();
  assert.equal(await devices(), before + kRows);

  // Sent again nevertheless, nothing is claimed twice.
  await upload(person, 10_000);
  await person.page.getByText('Done', {exact: true}).waitFor();
  assert.equal(await devices(), before + kRows);
  await leave(person);
});
