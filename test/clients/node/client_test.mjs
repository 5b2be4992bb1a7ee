// SPDX-License-Identifier: Apache-2.0
// Tests Google's unmodified Node client against this server: client_test.mjs ZEROTOUCHD.
// Only the root URL and the key file are this server's.
import assert from 'node:assert/strict';
import {createSign} from 'node:crypto';

import {androiddeviceprovisioning, auth} from '@googleapis/androiddeviceprovisioning';

import {imei, Sandbox} from './sandbox.mjs';

const RESELLER_SCOPE = 'https://www.googleapis.com/auth/androidworkprovisioning';
const CUSTOMER_SCOPE = 'https://www.googleapis.com/auth/androidworkzerotouchemm';
// limits::kUnfinishedOperationsPerPartner
const MOST_UNFINISHED = 100;
// Number of items that a slow sandbox does not finish while the test runs.
const LONG = 100;
const ZERO_TOUCH = 'SECTION_TYPE_ZERO_TOUCH';

const sandbox = await Sandbox.start(process.argv[2]);
const [reseller, stranger] = sandbox.resellers;
const partnerId = reseller.partnerId;
const parent = `partners/${partnerId}`;
const customerId = reseller.customerIds[0];
const customer = `customers/${customerId}`;

function api(client, server = sandbox) {
  return androiddeviceprovisioning({version: 'v1', rootUrl: `${server.endpoint}/`, auth: client});
}

// This library's JWT client always requests tokens from Google, so the test uses
// self-signed tokens.
function byKeyFile(account, scope, server = sandbox) {
  const key = server.key(account);
  const client = new auth.JWT({
    email: key.client_email, key: key.private_key, keyId: key.private_key_id, scopes: [scope]});
  client.useJWTAccessWithScope = true;
  return api(client, server);
}

const ours = byKeyFile(reseller, RESELLER_SCOPE);
const account = sandbox.customers.find(known => known.customerId === customerId);
const theirs = byKeyFile(account, CUSTOMER_SCOPE);

async function step(name, run) {
  try {
    await run();
    console.log(`ok   ${name}`);
  } catch (error) {
    console.log(`FAIL ${name}`);
    throw error;
  }
}

async function refused(call, status, check = () => true) {
  const error = await call.then(() => assert.fail('it was not refused'), caught => caught);
  assert.equal(error.status, status, error.stack);
  const body = error.response.data.error;
  assert.equal(body.code, status);
  assert.equal(error.message, body.message);
  assert.ok(check(body), JSON.stringify(body));
}

const hasCode = code => body => body.details[0].code === code;

async function finished(operation) {
  for (let tries = 0; tries < 6000; ++tries) {
    const {data} = await ours.operations.get({name: operation.name});
    if (data.done) return data;
    await new Promise(resolve => setTimeout(resolve, 20));
  }
  return assert.fail('the operation did not finish');
}

const claimBody = number => ({
  deviceIdentifier: {imei: imei(number), manufacturer: 'Google', model: 'Pixel 8'},
  sectionType: ZERO_TOUCH,
  customerId,
});

let deviceId;

await step('partners.customers.create and list, by pages', async () => {
  for (const name of ['Müller & Söhne', 'Second', 'Third']) {
    const {data} = await ours.partners.customers.create({
      parent,
      requestBody: {customer: {companyName: name, ownerEmails: ['owner@example.com']}},
    });
    assert.equal(data.companyName, name);
    assert.match(data.name, new RegExp(`^${parent}/customers/\\d+$`));
  }
  const names = [];
  let pageToken;
  do {
    const {data} = await ours.partners.customers.list({partnerId, pageSize: 2, pageToken});
    assert.ok(data.customers.length <= 2);
    names.push(...data.customers.map(known => known.companyName));
    pageToken = data.nextPageToken;
  } while (pageToken);
  assert.ok(names.includes('Müller & Söhne') && names.includes('Third'));
});

await step('partners.vendors.list, partners.vendors.customers.list', async () => {
  const {data} = await ours.partners.vendors.list({parent});
  assert.deepEqual(data.vendors.map(vendor => vendor.companyId), reseller.vendorIds);
  await ours.partners.vendors.customers.list({parent: data.vendors[0].name});
});

await step('partners.devices.claim', async () => {
  const {data} = await ours.partners.devices.claim({partnerId, requestBody: claimBody(1)});
  assert.equal(data.deviceName, `${parent}/devices/${data.deviceId}`);
  deviceId = data.deviceId;
});

await step('partners.devices.get, with a partial answer', async () => {
  const name = `${parent}/devices/${deviceId}`;
  const {data} = await ours.partners.devices.get({name});
  assert.equal(data.deviceIdentifier.imei, imei(1));
  assert.equal(data.claims[0].ownerCompanyId, customerId);
  const partial = await ours.partners.devices.get({name, fields: 'claims(ownerCompanyId)'});
  assert.deepEqual(partial.data, {claims: [{ownerCompanyId: customerId}]});
});

await step('partners.devices.findByIdentifier and findByOwner', async () => {
  const found = await ours.partners.devices.findByIdentifier(
      {partnerId, requestBody: {deviceIdentifier: {imei: imei(1)}, limit: 10}});
  assert.equal(found.data.devices[0].deviceId, deviceId);
  const owned = await ours.partners.devices.findByOwner(
      {partnerId, requestBody: {customerId, sectionType: ZERO_TOUCH, limit: '100'}});
  assert.equal(owned.data.devices[0].deviceId, deviceId);
  assert.equal(owned.data.totalSize, 1);
});

await step('partners.devices.metadata and updateMetadataAsync', async () => {
  const {data} = await ours.partners.devices.metadata({
    metadataOwnerId: partnerId,
    deviceId,
    requestBody: {deviceMetadata: {entries: {ordernumber: 'GOOG#123/ABC', phonenumber: '1'}}},
  });
  assert.equal(data.entries.ordernumber, 'GOOG#123/ABC');
  const operation = await ours.partners.devices.updateMetadataAsync({
    partnerId,
    requestBody: {updates: [{deviceId, deviceMetadata: {entries: {phonenumber: ''}}}]},
  });
  const {response} = await finished(operation.data);
  assert.equal(response.successCount, 1);
  const after = await ours.partners.devices.get({name: `${parent}/devices/${deviceId}`});
  assert.deepEqual(after.data.deviceMetadata.entries, {ordernumber: 'GOOG#123/ABC'});
});

await step('partners.devices.getSimLockState', async () => {
  const {data} = await ours.partners.devices.getSimLockState(
      {partnerId, requestBody: {deviceIdentifier: {imei: imei(1)}}});
  assert.equal(data.simLockState, 'UNLOCKED');
});

await step('customers.list, customers.dpcs.list', async () => {
  const {data} = await theirs.customers.list({pageSize: 100});
  assert.deepEqual(data.customers.map(known => known.name), [customer]);
  const dpcs = await theirs.customers.dpcs.list({parent: customer});
  assert.ok(dpcs.data.dpcs.length >= 2);
});

await step('customers.configurations create, get, list, patch, delete', async () => {
  const {data: {dpcs}} = await theirs.customers.dpcs.list({parent: customer});
  const {configurations} = theirs.customers;
  const {data} = await configurations.create({
    parent: customer,
    requestBody: {
      companyName: 'Acme',
      configurationName: 'Kiosk ä b?c#d',
      contactEmail: 'it@example.com',
      contactPhone: '+1 (800) 555-0100',
      dpcResourcePath: dpcs[0].name,
      dpcExtras: '{"android.app.extra.PROVISIONING_LOCALE":"de_DE"}',
      forcedResetTime: '7200s',
      isDefault: false,
    },
  });
  assert.equal((await configurations.get({name: data.name})).data.forcedResetTime, '7200s');
  const patched = await configurations.patch({
    name: data.name,
    updateMask: 'configurationName,isDefault',
    requestBody: {configurationName: 'Renamed', isDefault: true, companyName: 'unmasked'},
  });
  assert.equal(patched.data.configurationName, 'Renamed');
  assert.equal(patched.data.companyName, 'Acme');
  assert.equal(patched.data.isDefault, true);

  await theirs.customers.devices.applyConfiguration(
      {parent: customer, requestBody: {device: {deviceId}, configuration: data.name}});
  const device = await theirs.customers.devices.get({name: `${customer}/devices/${deviceId}`});
  assert.equal(device.data.configuration, data.name);
  await refused(configurations.delete({name: data.name}), 400);
  const removed = await theirs.customers.devices.removeConfiguration(
      {parent: customer, requestBody: {device: {deviceIdentifier: {imei: imei(1)}}}});
  assert.deepEqual(removed.data, {});
  assert.deepEqual((await configurations.delete({name: data.name})).data, {});
  const {data: left} = await configurations.list({parent: customer});
  assert.ok(!(left.configurations ?? []).some(known => known.name === data.name));
});

await step('customers.devices.list and unclaim', async () => {
  const {data} = await theirs.customers.devices.list({parent: customer, pageSize: '10'});
  assert.deepEqual(data.devices.map(device => device.deviceId), [deviceId]);
  const {data: empty} = await theirs.customers.devices.unclaim(
      {parent: customer, requestBody: {device: {deviceId}}});
  assert.deepEqual(empty, {});
  assert.deepEqual((await theirs.customers.devices.list({parent: customer})).data, {});
});

await step('partners.devices.unclaim', async () => {
  await ours.partners.devices.claim({partnerId, requestBody: claimBody(1)});
  const {data} = await ours.partners.devices.unclaim(
      {partnerId, requestBody: {deviceId, sectionType: ZERO_TOUCH}});
  assert.deepEqual(data, {});
});

await step('claimAsync and unclaimAsync, 5,000 devices with failing ones', async () => {
  const numbers = Array.from({length: 5000}, (_, i) => 1000 + i);
  const claim = await ours.partners.devices.claimAsync(
      {partnerId, requestBody: {claims: numbers.filter(n => n % 10).map(claimBody)}});
  assert.match(claim.data.name, /^operations\/apibatchoperation\/\d+$/);
  assert.equal((await finished(claim.data)).response.successCount, 4500);

  // Every tenth device was never claimed; every hundredth IMEI has a wrong check digit.
  const text = n => n % 100 ? imei(n) : imei(n).replace(/.$/, d => (Number(d) + 1) % 10);
  const unclaims = numbers.map(
      n => ({deviceIdentifier: {imei: text(n)}, sectionType: ZERO_TOUCH}));
  const unclaim = await ours.partners.devices.unclaimAsync({partnerId, requestBody: {unclaims}});
  const {metadata, response} = await finished(unclaim.data);
  assert.equal(metadata.devicesCount, 5000);
  assert.equal(metadata.progress, 100);
  assert.equal(response.successCount, 4500);
  response.perDeviceStatus.forEach(({unclaim: echo, result}, i) => {
    const n = numbers[i];
    assert.equal(echo.deviceIdentifier.imei, text(n));
    const [status, code] = n % 10 ? ['SUCCESS', undefined] :
        ['INVALID_DEVICE_IDENTIFIER', n % 100 ? 'INVALID_DEVICE_ID' : 'INVALID_IMEI'];
    assert.equal(result.status, `SINGLE_DEVICE_STATUS_${status}`);
    assert.equal(result.errorIdentifier, code);
  });
});

await step('errors: 400, 401, 403 and 404', async () => {
  const device = {imei: '1'};
  await refused(ours.partners.devices.claim({
    partnerId, requestBody: {...claimBody(2), deviceIdentifier: device}}), 400,
    hasCode('INVALID_IMEI'));
  await refused(ours.partners.devices.claim({partnerId, requestBody: {nope: 1}}), 400,
    body => body.details.some(detail => detail.fieldViolations));
  const nobody = new auth.OAuth2();
  nobody.setCredentials({access_token: 'ya29.nonsense'});
  await refused(api(nobody).partners.customers.list({partnerId}), 401);
  await refused(ours.partners.customers.list({partnerId: stranger.partnerId}), 403);
  await refused(byKeyFile(reseller, CUSTOMER_SCOPE).partners.customers.list({partnerId}), 403);
  await refused(ours.partners.devices.get({name: `${parent}/devices/4242`}), 404,
    hasCode('INVALID_DEVICE_ID'));
  await refused(ours.operations.get({name: 'operations/apibatchoperation/1'}), 404,
    hasCode('INVALID_OPERATION_ID'));
});

// Returns the methods of a resource and of the resources below it.
function* methodsOf(resources) {
  for (const resource of Object.values(resources ?? {})) {
    yield* Object.values(resource.methods ?? {});
    yield* methodsOf(resource.resources);
  }
}

// Returns the parameters of a caller that uses another company's ids.
function parametersOfAnother(method) {
  if (method.id.endsWith('provisioning.customers.list')) return {pageToken: 'forged'};
  const parameters = method.request ? {requestBody: {}} : {};
  for (const [name, {location, pattern}] of Object.entries(method.parameters ?? {})) {
    if (location !== 'path') continue;
    const id = pattern?.startsWith('^customers/') ? stranger.customerIds[0] : stranger.partnerId;
    parameters[name] = pattern?.startsWith('^operations/') ? 'operations/apibatchoperation/1' :
        pattern ? pattern.slice(1, -1).replaceAll('[^/]+', id) : id;
  }
  return parameters;
}

await step('every method, refused', async () => {
  const answer = await fetch(`${sandbox.endpoint}/$discovery/rest?version=v1`);
  const methods = [...methodsOf((await answer.json()).resources)];
  assert.equal(methods.length, 27);
  const nobody = new auth.OAuth2();
  nobody.setCredentials({access_token: 'ya29.nonsense'});
  const statuses = {'customers.list': 400, 'operations.get': 404};
  for (const method of methods) {
    const [, ...path] = method.id.split('.');
    const call = client => {
      const name = path.at(-1);
      const resource = path.slice(0, -1).reduce((outer, inner) => outer[inner], client);
      return resource[name](parametersOfAnother(method));
    };
    await refused(call(path[0] === 'customers' ? theirs : ours), statuses[path.join('.')] ?? 403);
    await refused(call(api(nobody)), 401);
  }
});

await step('429: too many operations', async () => {
  const slow = await Sandbox.start(process.argv[2], '--operation-items-per-second', '0.01');
  const [own] = slow.resellers;
  const {devices} = byKeyFile(own, RESELLER_SCOPE, slow).partners;
  const unclaim = {deviceIdentifier: {imei: imei(1)}, sectionType: ZERO_TOUCH};
  const call = () => devices.unclaimAsync(
      {partnerId: own.partnerId, requestBody: {unclaims: Array(LONG).fill(unclaim)}});
  for (let i = 0; i < MOST_UNFINISHED; ++i) assert.ok(!(await call()).data.done);
  await refused(call(), 429, body => body.status === 'RESOURCE_EXHAUSTED');
  const {response} = await call().catch(error => error);
  assert.ok(Number(response.headers.get('retry-after')) > 0);
  await slow.stop();
});

await step('an access token from token_uri, by a refresh handler', async () => {
  const key = sandbox.key(reseller);
  const now = Date.now() / 1000;  // with fractions of a second, as in hand-written clients
  const encode = value => Buffer.from(JSON.stringify(value)).toString('base64url');
  const text = `${encode({alg: 'RS256', typ: 'JWT'})}.${encode({
    iss: key.client_email, scope: RESELLER_SCOPE, aud: key.token_uri, iat: now, exp: now + 3600})}`;
  const signature = createSign('RSA-SHA256').update(text).sign(key.private_key, 'base64url');
  const client = new auth.OAuth2();
  client.refreshHandler = async () => {
    const answer = await fetch(key.token_uri, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
        assertion: `${text}.${signature}`,
      }),
    });
    const token = await answer.json();
    return {access_token: token.access_token, expiry_date: Date.now() + token.expires_in * 1000};
  };
  const {data} = await api(client).partners.customers.list({partnerId});
  assert.ok(data.customers.length > 0);
});

await sandbox.stop();
console.log('all passed');
