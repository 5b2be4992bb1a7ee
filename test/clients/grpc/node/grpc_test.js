// SPDX-License-Identifier: Apache-2.0
// Tests the API over gRPC with @grpc/grpc-js: grpc_test.js ZEROTOUCHD PROTOS GOOGLEAPIS CALLS...
'use strict';

const assert = require('node:assert/strict');
const {spawn} = require('node:child_process');
const crypto = require('node:crypto');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const readline = require('node:readline');
const {after, before, test} = require('node:test');

const grpc = require('@grpc/grpc-js');
const protoLoader = require('@grpc/proto-loader');
const protobuf = require('protobufjs');

const [program, protos, googleapis, ...callsFiles] = process.argv.slice(2);
const partnerScope = 'https://www.googleapis.com/auth/androidworkprovisioning';
const customerScope = 'https://www.googleapis.com/auth/androidworkzerotouchemm';
// limits::kUnfinishedOperationsPerPartner
const mostUnfinished = 100;
// Number of items that a slow sandbox does not finish while the test runs.
const long = 100;
const loading = {
  includeDirs: [protos, googleapis], keepCase: true, longs: String, enums: String,
  defaults: true, oneofs: true,
};
const extensions = ['v1', 'sandbox/v1'].flatMap(folder =>
  fs.readdirSync(path.join(protos, 'openzerotouch', folder))
    .map(name => `openzerotouch/${folder}/${name}`)).filter(name => name.endsWith('.proto'));
const loaded = grpc.loadPackageDefinition(protoLoader.loadSync([
  'google/android/device/provisioning/v1/service.proto',
  'google/longrunning/operations.proto',
  'grpc/health/v1/health.proto',
  'grpc/reflection/v1/reflection.proto',
], loading));
const api = loaded.google.android.device.provisioning.v1;

// Types of messages in an Any.
const types = new protobuf.Root();
types.resolvePath = (origin, target) =>
  [protos, googleapis].map(dir => path.join(dir, target)).find(file => fs.existsSync(file)) ||
  protobuf.util.path.resolve(origin, target);
types.loadSync([
  'google/android/device/provisioning/v1/devices.proto',
  'google/android/device/provisioning/v1/errors.proto',
  'google/rpc/status.proto', 'google/rpc/error_details.proto',
], {keepCase: true});
const decode = any => {
  const type = types.lookupType(any.type_url.split('/')[1]);
  return type.toObject(type.decode(any.value), {enums: String, longs: String});
};

let ready;
let partnerId;
let metadata;
const servers = [];
const clients = [];

function client(Type, options, {grpcEndpoint} = ready) {
  const made = new Type(grpcEndpoint, grpc.credentials.createInsecure(),
    {'grpc.max_receive_message_length': 64 << 20, ...options});
  clients.push(made);
  return made;
}

function call(stub, method, request, {metadata: sent = metadata, deadline = 60_000} = {}) {
  return new Promise((resolve, reject) => stub[method](
    request, sent, {deadline: Date.now() + deadline},
    (error, answer) => error ? reject(error) : resolve(answer)));
}

// Returns the metadata of an account, with a self-signed token.
function bearer(account, scope = partnerScope, {endpoint} = ready) {
  const key = JSON.parse(fs.readFileSync(account.credentials));
  const part = value => Buffer.from(JSON.stringify(value)).toString('base64url');
  const now = Math.floor(Date.now() / 1000);
  const text = part({alg: 'RS256', typ: 'JWT', kid: key.private_key_id}) + '.' + part({
    iss: key.client_email, sub: key.client_email, aud: `${endpoint}/`, scope, iat: now,
    exp: now + 3600});
  const signature = crypto.sign('sha256', Buffer.from(text), key.private_key);
  const made = new grpc.Metadata();
  made.set('authorization', `Bearer ${text}.${signature.toString('base64url')}`);
  return made;
}

function imei(serial) {
  const digits = '35000000' + String(serial).padStart(6, '0');
  const sum = [...digits].reduce((total, digit, place) => {
    const doubled = Number(digit) * (place % 2 ? 2 : 1);
    return total + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return digits + (1000 - sum) % 10;
}

async function runBatch(stub, method, request) {
  const operations = client(loaded.google.longrunning.Operations);
  let operation = await call(stub, method, request);
  assert.equal(operation.done, false);
  while (!operation.done) {
    operation = await call(operations, 'WaitOperation', {name: operation.name});
  }
  return decode(operation.response);
}

const zeroTouch = 'SECTION_TYPE_ZERO_TOUCH';
const range = (first, count) => Array.from({length: count}, (_, index) => first + index);
const claims = (first, count) => ({partner_id: partnerId,
  claims: range(first, count).map(serial => ({
    device_identifier: {imei: imei(serial)}, section_type: zeroTouch,
    customer_id: ready.resellers[0].customerIds[0]}))});
const unclaims = (first, count) => ({partner_id: partnerId,
  unclaims: range(first, count).map(serial => ({
    device_identifier: {imei: imei(serial)}, section_type: zeroTouch}))});

async function startSandbox(...options) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'zerotouch-'));
  const started = spawn(program, ['sandbox', '--listen', '127.0.0.1:0', '--data-dir',
    path.join(folder, 'data'), ...options], {stdio: ['ignore', 'pipe', 'inherit']});
  started.folder = folder;
  started.code = new Promise(resolve => started.on('exit', resolve));
  servers.push(started);
  const lines = readline.createInterface({input: started.stdout});
  return JSON.parse((await lines[Symbol.asyncIterator]().next()).value);
}

before(async () => {
  ready = await startSandbox();
  partnerId = ready.resellers[0].partnerId;
  metadata = bearer(ready.resellers[0]);
});

after(async () => {
  clients.forEach(made => made.close());
  for (const server of servers) {
    server.kill('SIGTERM');
    assert.equal(await server.code, 0);
    fs.rmSync(server.folder, {recursive: true});
  }
});

// Returns the value at a path of field names and list positions.
const at = (value, steps) => steps.split('.').reduce((inner, step) => inner?.[step], value);

test('every method, answered and refused', async () => {
  const names = protoLoader.loadSync([
    'google/android/device/provisioning/v1/service.proto', 'google/longrunning/operations.proto',
    ...extensions,
  ], {...loading, keepCase: false, defaults: false});
  const {google, openzerotouch} = grpc.loadPackageDefinition(names);
  const services = {...google.android.device.provisioning.v1, ...google.longrunning,
    ...openzerotouch.v1, ...openzerotouch.sandbox.v1};
  const [own, other] = ready.resellers;
  const values = {partner: partnerId, otherPartner: other.partnerId,
    customer: own.customerIds[0], otherCustomer: own.customerIds[1]};
  const account = ready.customers.find(known => known.customerId === own.customerIds[0]);
  const customers = bearer(account, customerScope);
  const filled = text => text.replaceAll(/\$\{(\w+)\}/g, (_, name) => values[name]);
  const stubs = {};
  for (const {call: id, request, refused, expect = {}, save = {}, as, streams} of
    callsFiles.flatMap(file => JSON.parse(fs.readFileSync(file)).calls)) {
    const [service, method] = id.split('.');
    stubs[service] ??= client(services[service]);
    const message = JSON.parse(filled(JSON.stringify(request)));
    if (message.updateMask) {  // this library treats it as a plain message
      const snake = message.updateMask.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`);
      message.updateMask = {paths: [snake]};
    }
    for (const name of ['duration', 'timeout']) {  // and these
      if (message[name]) message[name] = {seconds: Number.parseInt(message[name], 10)};
    }
    const sent = as === 'customer' || service === 'CustomerService' ? customers : metadata;
    if (streams) {
      let messages = 0;
      for await (const _ of stubs[service][method](message, sent)) ++messages;
      assert.ok(messages > 0, id);
      continue;
    }
    const calling = call(stubs[service], method, message, {metadata: sent});
    if (refused) {
      await assert.rejects(calling, {code: grpc.status[refused]}, id);
      continue;
    }
    const answer = await calling;
    for (const [steps, wanted] of Object.entries(expect)) {
      assert.equal(String(at(answer, steps)), filled(String(wanted)), `${id}: ${steps}`);
    }
    for (const [name, steps] of Object.entries(save)) {
      values[name] = at(answer, steps);
      assert.ok(values[name], `${id}: ${steps}`);
    }
  }
});

test('too many operations', async () => {
  const slow = await startSandbox('--operation-items-per-second', '0.01');
  const partner = client(api.PartnerService, {}, slow);
  const sent = bearer(slow.resellers[0], partnerScope, slow);
  const request = {...unclaims(0, long), partner_id: slow.resellers[0].partnerId};
  const unclaim = () => call(partner, 'UnclaimDevicesAsync', request, {metadata: sent});
  for (let i = 0; i < mostUnfinished; ++i) assert.equal((await unclaim()).done, false);
  await assert.rejects(unclaim(), error => {
    assert.equal(error.code, grpc.status.RESOURCE_EXHAUSTED);
    const full = types.lookupType('google.rpc.Status')
      .decode(error.metadata.get('grpc-status-details-bin')[0]);
    assert.ok(full.details.map(decode).some(detail => Number(detail.retry_delay?.seconds) > 0));
    return true;
  });
});

test('a call does what it says', async () => {
  const partner = client(api.PartnerService);
  const {device_id: id} = await call(partner, 'ClaimDevice', {partner_id: partnerId,
    customer_id: ready.resellers[0].customerIds[0], section_type: zeroTouch,
    device_identifier: {imei: imei(1)}});
  const device = await call(partner, 'GetDevice', {name: `partners/${partnerId}/devices/${id}`});
  assert.equal(device.device_identifier.imei, imei(1));
  await call(partner, 'UnclaimDevice',
    {partner_id: partnerId, device_id: id, section_type: zeroTouch});
});

test('errors carry their details', async () => {
  const partner = client(api.PartnerService);
  const cases = [
    [grpc.status.NOT_FOUND, {partner_id: partnerId, device_id: 12345, section_type: zeroTouch},
      'INVALID_DEVICE_ID'],
    [grpc.status.INVALID_ARGUMENT, {partner_id: partnerId, device_id: 1}, 'INVALID_SECTION_TYPE'],
    [grpc.status.PERMISSION_DENIED, {partner_id: ready.resellers[1].partnerId, device_id: 1},
      'AUTHORIZATION_FAIL'],
  ];
  const status = types.lookupType('google.rpc.Status');
  for (const [code, request, custom] of cases) {
    await assert.rejects(call(partner, 'UnclaimDevice', request), error => {
      assert.equal(error.code, code);
      const full = status.decode(error.metadata.get('grpc-status-details-bin')[0]);
      assert.equal(full.code, code);
      assert.equal(full.message, error.details);
      assert.equal(decode(full.details[0]).code, custom);
      return true;
    });
  }
  await assert.rejects(
    call(partner, 'UnclaimDevice', cases[0][1], {metadata: new grpc.Metadata()}),
    {code: grpc.status.UNAUTHENTICATED});
});

test('5,000 unclaims with failing items', async () => {
  const partner = client(api.PartnerService);
  await runBatch(partner, 'ClaimDevicesAsync', claims(10_000, 5_000));
  const request = unclaims(10_000, 5_000);
  for (let index = 0; index < 5_000; index += 100) {
    request.unclaims[index].device_identifier.imei = '1';
  }
  const result = await runBatch(partner, 'UnclaimDevicesAsync', request);
  assert.equal(result.success_count, 4_950);
  result.per_device_status.forEach((item, index) => {
    assert.equal(item.result.status, index % 100 === 0
      ? 'SINGLE_DEVICE_STATUS_INVALID_DEVICE_IDENTIFIER' : 'SINGLE_DEVICE_STATUS_SUCCESS');
    assert.equal(item.unclaim.device_identifier.imei,
      request.unclaims[index].device_identifier.imei);
  });
});

test('100,000 items both ways, compressed', async () => {
  const partner = client(api.PartnerService, {'grpc.default_compression_algorithm': 2});
  const result = await runBatch(partner, 'UnclaimDevicesAsync', unclaims(100_000, 100_000));
  assert.equal(result.per_device_status.length, 100_000);
});

test('a deadline passes, and a call is cancelled', async () => {
  const operations = client(loaded.google.longrunning.Operations);
  await assert.rejects(
    call(operations, 'ListOperations', {name: 'operations'}, {deadline: -1}),
    {code: grpc.status.DEADLINE_EXCEEDED});
  await assert.rejects(new Promise((resolve, reject) => {
    const running = operations.ListOperations({name: 'operations'}, metadata,
      error => error ? reject(error) : resolve());
    running.cancel();
  }), {code: grpc.status.CANCELLED});
});

test('health and reflection need no credentials', async () => {
  const health = client(loaded.grpc.health.v1.Health);
  const none = new grpc.Metadata();
  assert.equal((await call(health, 'Check', {}, {metadata: none})).status, 'SERVING');
  const watch = health.Watch({}, none);
  assert.equal((await watch[Symbol.asyncIterator]().next()).value.status, 'SERVING');
  watch.on('error', () => {});  // the error of the cancellation
  watch.cancel();

  const info = client(loaded.grpc.reflection.v1.ServerReflection).ServerReflectionInfo(none);
  const answers = info[Symbol.asyncIterator]();
  info.write({list_services: ''});
  const {value: list} = await answers.next();
  const names = list.list_services_response.service.map(service => service.name);
  assert.ok(names.includes('google.android.device.provisioning.v1.PartnerService'));
  assert.ok(names.includes('grpc.reflection.v1alpha.ServerReflection'));
  info.write({file_containing_symbol: names[0]});
  const {value: file} = await answers.next();
  assert.ok(file.file_descriptor_response.file_descriptor_proto.length > 1);
  info.end();
  assert.ok((await answers.next()).done);
});
