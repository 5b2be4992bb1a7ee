// SPDX-License-Identifier: Apache-2.0
// Each flow that changes something: the session ends, the server dies, the answer is lost, the page
// is loaded again, each in the middle of it. What was typed stays, and nothing is sent twice.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {imei} from './sandbox.mjs';
import {
  asCustomer,
  asReseller,
  call,
  callAsOwner,
  chooseFile,
  claim,
  control,
  customer,
  leave,
  stage,
} from './stage.mjs';

const partner = path => `/v1/partners/${stage.reseller.partnerId}${path}`;
const parent = path => `/v1/customers/${stage.customerId}${path}`;
const ours = path => `/openzerotouch${path}`;
const page = path => `/customer/${stage.customerId}${path}`;
const size = list => (list ?? []).length;

async function countDevices() {
  const found = await call(stage.reseller, partner('/devices:findByOwner'), {
    customerId: [stage.customerId],
    sectionType: 'SECTION_TYPE_ZERO_TOUCH',
    limit: '1',
  });
  return found.totalSize ?? 0;
}

async function customersOfReseller() {
  return (await call(stage.reseller, partner('/customers?pageSize=100'))).customers;
}

async function configurations() {
  return (await call(customer(), parent('/configurations'))).configurations ?? [];
}

// Returns a configuration, which it creates if the customer has none.
async function anyConfiguration() {
  const [first] = await configurations();
  if (first) return first;
  const {dpcs} = await call(customer(), parent('/dpcs'));
  return call(customer(), parent('/configurations'), {
    configurationName: 'First',
    dpcResourcePath: dpcs[0].name,
    companyName: 'Company',
    contactEmail: 'it@example.com',
    contactPhone: '+1 555 0100',
  });
}

// Counts what only an owner of the reseller sees.
async function countOwned(list) {
  return size((await callAsOwner(stage.reseller, ours(partner(`/${list}`))))[list]);
}

async function countConfigured() {
  const {devices = []} = await call(customer(), parent('/devices?pageSize=1000'));
  return devices.filter(device => device.configuration).length;
}

const inDialog = name => person =>
  person.page.getByRole('dialog').getByRole('button', {name, exact: true}).click();
const byButton = name => person => person.button(name).first().click();
const selectTwo = button => async (person, n) => {
  for (const i of [n, n + 1]) {
    await person.page.getByRole('checkbox', {name: `Select ${imei(i)}`}).check();
  }
  await person.button(button).click();
};
const claimTwo = async n => {
  await anyConfiguration();
  await claim(imei(n));
  await claim(imei(n + 1));
};
const applyTwo = async n => {
  await claimTwo(n);
  const configuration = await anyConfiguration();
  for (const i of [n, n + 1]) {
    await call(customer(), parent('/devices:applyConfiguration'), {
      device: {deviceIdentifier: {imei: imei(i)}},
      configuration: configuration.name,
    });
  }
};

// prepare(n) makes what the flow needs; open(person, n) goes to where it is typed; typed(n) are
// the fields by name; `stays` is what the page shows until it is sent; send(person) sends it;
// `done` is what the page then says, and `lost` if the answer is lost; count(n) is how many of them
// the server has, to which the flow adds `adds`. Flows of the sandbox itself (isFree) need no
// session.
const kFlows = [
  {
    name: 'claim one device',
    path: () => '/reseller/claim',
    typed: n => ({IMEI: imei(n), 'Order number': `PO ${n}`}),
    send: byButton('Claim'),
    done: 'Claimed.',
    count: countDevices,
  },
  {
    name: 'upload',
    path: () => `/reseller/upload/claim?customer=${stage.customerId}`,
    async open(person, n) {
      await chooseFile(person, 'two.csv', `imei\n${imei(n)}\n${imei(n + 1)}\n`);
      await person.button('Claim 2 devices').waitFor();
    },
    stays: 'Columns of two.csv',
    send: byButton('Claim 2 devices'),
    done: 'Claim of 2 devices',
    adds: 2,
    count: countDevices,
  },
  {
    name: 'create a customer',
    path: () => '/reseller/customers',
    open: byButton('Create a customer'),
    typed: n => ({'Company name': `Company ${n}`, Owners: `owner-${n}@example.com`}),
    send: inDialog('Create'),
    done: 'Created.',
    count: async () => size(await customersOfReseller()),
  },
  {
    name: 'add a webhook',
    path: () => '/reseller/webhooks',
    open: byButton('Add a webhook'),
    typed: n => ({URL: `http://127.0.0.1:9/${n}`}),
    send: inDialog('Save'),
    done: 'Saved.',
    count: async () => size((await call(stage.reseller, ours(partner('/webhooks')))).webhooks),
  },
  {
    name: 'create a service account',
    path: () => '/reseller/keys',
    send: byButton('Create a service account'),
    done: 'New service account',
    count: () => countOwned('serviceAccounts'),
  },
  {
    name: 'add a user',
    path: () => '/reseller/users',
    open: byButton('Add a user'),
    typed: n => ({'E-mail address': `user-${n}@example.com`}),
    send: inDialog('Add a user'),
    done: 'Added.',
    count: () => countOwned('users'),
  },
  {
    name: 'create a configuration',
    isCustomer: true,
    path: () => page('/configurations/new'),
    typed: n => ({
      Name: `Kiosk ${n}`,
      'DPC extras': '{"android.app.extra.PROVISIONING_LOCALE": "en_US"}',
      'Company name': 'Kiosk Company',
      'Contact e-mail': 'it@example.com',
      'Contact phone': '+1 555 0100',
      Message: `Message ${n}`,
    }),
    send: byButton('Create'),
    done: 'Saved.',
    count: async () => size(await configurations()),
  },
  {
    name: 'edit a configuration',
    isCustomer: true,
    path: async () => page(`/configurations/${(await anyConfiguration()).configurationId}`),
    typed: n => ({Message: `Edited ${n}`}),
    send: byButton('Save'),
    done: 'Saved.',
    count: async n =>
      (await configurations()).filter(each => each.customMessage === `Edited ${n}`).length,
  },
  {
    name: 'apply a configuration to devices',
    isCustomer: true,
    prepare: claimTwo,
    path: () => page('/devices'),
    open: selectTwo('Apply a configuration'),
    stays: 'Apply a configuration to 2 devices',
    send: inDialog('Apply a configuration'),
    done: 'Done for 2 devices.',
    lost: '2 devices failed',
    adds: 2,
    count: countConfigured,
  },
  {
    name: 'remove the configuration of devices',
    isCustomer: true,
    prepare: applyTwo,
    path: () => page('/devices'),
    open: selectTwo('Remove configuration'),
    stays: 'Remove the configuration of 2 devices?',
    send: inDialog('Remove configuration'),
    done: 'Done for 2 devices.',
    lost: '2 devices failed',
    adds: -2,
    count: countConfigured,
  },
  {
    name: 'unclaim devices',
    isCustomer: true,
    prepare: claimTwo,
    path: () => page('/devices'),
    open: selectTwo('Unclaim'),
    stays: 'Unclaim 2 devices?',
    send: inDialog('Unclaim'),
    done: 'Done for 2 devices.',
    lost: '2 devices failed',
    adds: -2,
    count: countDevices,
  },
  {
    name: 'add a fault',
    isFree: true,
    path: () => '/sandbox/faults',
    typed: n => ({Method: 'operations.get', 'Let pass first': String(1_000_000 + n)}),
    send: byButton('Add the rule'),
    done: /^Rule \d+ added\.$/,
    count: async () => size((await control('faults', null, 'GET')).faults),
  },
  {
    name: 'save a snapshot',
    isFree: true,
    keepsNoDraft: true,
    path: () => '/sandbox/controls',
    typed: n => ({Name: `snapshot-${n}`}),
    send: byButton('Save a snapshot'),
    done: 'The snapshot is saved.',
    count: async () => size((await control('snapshots', null, 'GET')).snapshots),
  },
  {
    name: 'withdraw and accept the terms',
    isCustomer: true,
    isFree: true,
    path: () => page('/terms'),
    prepare: () => control(`customers/${stage.customerId}:setTerms`, {accepted: true}),
    send: byButton('Withdraw'),
    done: 'Not accepted',
    count: async () =>
      (await customersOfReseller()).filter(
        each => each.termsStatus !== 'TERMS_STATUS_ACCEPTED' && each.companyId === stage.customerId,
      ).length,
  },
];

const kNoAnswer = /The answer is lost|The server does not answer/;
const kChanges = ['POST', 'PATCH', 'DELETE'];
let last = 100; // the number of the last thing that a test has made

// Opens the flow for another thing, and types it.
async function start(person, flow) {
  last += 10;
  const n = last;
  await flow.prepare?.(n);
  const before = await flow.count(n);
  await person.go(await flow.path());
  await flow.open?.(person, n);
  for (const [name, value] of Object.entries(flow.typed?.(n) ?? {})) {
    await person.field(name).fill(value);
  }
  return {n, before};
}

async function expectTyped(person, flow, n) {
  if (flow.stays) await person.see(flow.stays);
  for (const [name, value] of Object.entries(flow.typed?.(n) ?? {})) {
    assert.equal(await person.field(name).inputValue(), value, `${flow.name}: ${name}`);
  }
}

async function expectDone(person, flow, {n, before}) {
  await person.see(flow.done);
  assert.equal(await flow.count(n), before + (flow.adds ?? 1), flow.name);
}

async function reload(person, flow) {
  if (!flow.typed || flow.keepsNoDraft) return;
  const started = await start(person, flow);
  await person.page.reload();
  await person.settle();
  await flow.open?.(person, started.n);
  await expectTyped(person, flow, started.n);
  await flow.send(person);
  await expectDone(person, flow, started);
}

async function endSession(person, flow) {
  const started = await start(person, flow);
  await person.context.clearCookies();
  await control('clock:advance', {duration: '3700s'}); // the page's token expires
  await flow.send(person);
  const again = person.page.getByRole('button', {name: /^Sign in again/});
  await again.or(person.page.getByText(flow.done)).first().waitFor();
  if (!flow.isFree || (await again.isVisible())) {
    await again.click();
    await again.waitFor({state: 'detached'});
  }
  if (!flow.isFree) {
    await expectTyped(person, flow, started.n);
    await flow.send(person);
  }
  await expectDone(person, flow, started);
}

async function killServer(person, flow) {
  const started = await start(person, flow);
  await stage.sandbox.kill();
  try {
    await flow.send(person);
    await person.see(flow.lost ?? kNoAnswer);
    await expectTyped(person, flow, started.n);
  } finally {
    await stage.sandbox.restart();
  }
  assert.equal(await flow.count(started.n), started.before, flow.name);
  await flow.send(person);
  await expectDone(person, flow, started);
}

async function loseAnswer(person, flow) {
  const started = await start(person, flow);
  let sent = 0;
  await person.page.route(/\/v1\//, async route => {
    const request = route.request();
    if (!kChanges.includes(request.method()) || /findBy/.test(request.url()))
      return route.continue();
    ++sent;
    await route.fetch();
    return route.abort('connectionreset');
  });
  await flow.send(person);
  await person.see(flow.lost ?? kNoAnswer);
  await expectTyped(person, flow, started.n);
  await person.page.unrouteAll({behavior: 'wait'});
  const adds = flow.adds ?? 1;
  assert.equal(await flow.count(started.n), started.before + adds, flow.name);
  assert.equal(sent, flow.lost ? Math.abs(adds) : 1, `${flow.name}: calls`);
}

for (const flow of kFlows) {
  test(`${flow.name}: nothing is lost, and nothing is done twice`, async () => {
    for (const meanwhile of [reload, endSession, killServer, loseAnswer]) {
      const person = await (flow.isCustomer ? asCustomer() : asReseller());
      person.expectErrors('401 (Unauthorized)', '403 (Forbidden)', 'net::ERR_');
      await meanwhile(person, flow);
      await leave(person);
    }
  });
}
