// SPDX-License-Identifier: Apache-2.0
// Puts texts that attack a browser or a spreadsheet into every field that anyone can write, and
// opens every page that shows them.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {imei} from './sandbox.mjs';
import {
  asCustomer,
  asReseller,
  call,
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

// Writes the texts by the API, as a hostile client would. Returns the device's id.
async function plant() {
  const partner = `/v1/partners/${stage.reseller.partnerId}`;
  const {deviceId} = await call(stage.reseller, `${partner}/devices:claim`, {
    deviceIdentifier: {
      imei: imei(1),
      serialNumber: kXss.replaceAll(' ', '/'),
      manufacturer: kScript,
      model: kXss,
    },
    customerId: stage.customerId,
    sectionType: 'SECTION_TYPE_ZERO_TOUCH',
    deviceMetadata: {entries: {ordernumber: kScript, phonenumber: kXss}},
  });
  const parent = `/v1/customers/${stage.customerId}`;
  const {dpcs} = await call(customer(), `${parent}/dpcs`);
  const made = await call(customer(), `${parent}/configurations`, {
    configurationName: kScript,
    dpcResourcePath: dpcs[0].name,
    companyName: kXss,
    contactEmail: 'it@example.com',
    contactPhone: '+1 555 0100',
    customMessage: kScript,
    dpcExtras: JSON.stringify({[kXss]: kScript}),
  });
  await call(customer(), `${parent}/devices:applyConfiguration`, {
    device: {deviceId},
    configuration: made.name,
  });
  await control('faults', {
    method: 'customers.dpcs.list',
    times: 1,
    skip: 1000,
    error: {status: 'UNAVAILABLE', message: kScript},
  });
  await control('resellers', {name: kScript});
  await control('customers', {partnerId: stage.reseller.partnerId, companyName: kScript});
  return {deviceId, configuration: made.name.split('/').pop()};
}

test('hostile texts are shown as texts, on every page', async () => {
  const {deviceId, configuration} = await plant();
  const person = await asReseller();
  await person.go(`/reseller/devices?q=${encodeURIComponent(kXss)}`); // also as the first page
  for (const path of [
    '/reseller/devices',
    `/reseller/devices/${deviceId}`,
    `/reseller/claim?imei=${encodeURIComponent(kScript)}`,
    '/reseller/customers',
    '/reseller/users',
    '/reseller/webhooks',
    '/reseller/operations',
    `/reseller/operations/${encodeURIComponent(kXss)}`,
    '/sandbox/calls',
    '/sandbox/faults',
    `/sandbox/phone?imei=${imei(1)}`,
    `/${encodeURIComponent(kXss)}`,
  ]) {
    person.expectErrors('404 (Not Found)', '400 (Bad Request)');
    await person.visit(path);
    assert.equal(await person.page.evaluate(() => window.ran), undefined, path);
    assert.equal(await person.page.locator('a[href^="javascript:"], img[src="x"]').count(), 0);
  }
  await leave(person);
  const owner = await asCustomer();
  for (const page of [
    'devices',
    `devices/${deviceId}`,
    'configurations',
    `configurations/${configuration}`,
    'resellers',
    'webhooks',
    'users',
  ]) {
    await owner.visit(`/customer/${stage.customerId}/${page}`);
    assert.equal(await owner.page.evaluate(() => window.ran), undefined, page);
  }
  await leave(owner);
});

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
  const text = await savedFile(person, () => person.button('Save failed rows as CSV').click());
  for (const line of text.split('\n').slice(1)) {
    for (const each of line.matchAll(/(?:^|,)"?([^",]+)/g)) {
      assert.doesNotMatch(each[1], /^[=+@\t]|^-\D/, line);
    }
  }
  await leave(person);
});
