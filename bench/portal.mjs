// SPDX-License-Identifier: Apache-2.0
// Measures the portal in Chromium on a registry of many devices: the first paint, the first rows of
// the lists, and scrolling them. Prints each figure beside its limit.
//
// usage: node portal.mjs, in build-dev/test/portal/test, which has the packages
//   ZEROTOUCHD  the program
//   DEVICES     how many devices the registry has (default: 1000000)
//   DATA        a folder that keeps the registry for the next run
import {spawn} from 'node:child_process';
import {createWriteStream, existsSync, mkdirSync, mkdtempSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {createInterface} from 'node:readline';
import {once} from 'node:events';
import {openBrowser, Person} from './person.mjs';
import {imei} from './sandbox.mjs';

const kDevices = Number(process.env.DEVICES ?? 1_000_000);
const kPartner = '100000001';
const kCustomer = '100000021';
const kFirstPaint = 1000; // milliseconds
const kFirstRows = 300;
const kFrame = 50; // the longest that a smooth scroll may stand still
const kScrolls = 60;

const folder = process.env.DATA ?? mkdtempSync(join(tmpdir(), 'zerotouch-portal-bench-'));

async function writeSeed() {
  const csv = createWriteStream(join(folder, 'devices.csv'));
  csv.write('imei,serial,model,manufacturer,profiletype,owner\n');
  for (let i = 0; i < kDevices; ++i) {
    const row = `${imei(i)},SN${i},Pixel 9,Google,ZERO_TOUCH,${kCustomer}\n`;
    if (!csv.write(row)) await once(csv, 'drain');
  }
  csv.end();
  await once(csv, 'finish');
  const seed = createWriteStream(join(folder, 'seed.json'));
  seed.end(
    JSON.stringify({
      resellers: [
        {
          partnerId: kPartner,
          name: 'Reseller',
          customers: [{customerId: kCustomer, companyName: 'Customer'}],
        },
      ],
      devicesCsv: ['devices.csv'],
    }),
  );
  await once(seed, 'finish');
}

async function startServer() {
  mkdirSync(folder, {recursive: true});
  const data = join(folder, 'data');
  const seed = join(folder, 'seed.json');
  if (!existsSync(seed)) await writeSeed();
  const server = spawn(
    process.env.ZEROTOUCHD,
    ['sandbox', '--listen', '127.0.0.1:0', '--data-dir', data, '--seed', seed],
    {stdio: ['ignore', 'pipe', 'ignore']},
  );
  process.once('exit', () => server.kill('SIGKILL'));
  const [line] = await once(createInterface({input: server.stdout}), 'line');
  return {...JSON.parse(line), process: server};
}

function print(what, value, most) {
  const verdict = value <= most ? '' : '  TOO SLOW';
  console.log(`${what}: ${value.toFixed(0)} ms (at most ${most} ms)${verdict}`);
}

async function firstPaint(person, path, what) {
  await person.go(path);
  const paint = await person.page.evaluate(
    () => performance.getEntriesByName('first-contentful-paint')[0].startTime,
  );
  print(`first paint of ${what}`, paint, kFirstPaint);
}

// Opens the list from another page, as a click in the navigation does, and scrolls it.
async function list(person, company, path) {
  await person.go(path.replace('devices', 'webhooks'));
  await person.page.evaluate(() => {
    window.longest = 0;
  });
  const rows = await person.page.evaluate(async to => {
    const begin = performance.now();
    document.querySelector(`nav a[href="/portal${to}"]`).click();
    while (!document.querySelector('[role=row] a[href*="/devices/"]')) {
      await new Promise(requestAnimationFrame);
    }
    return performance.now() - begin;
  }, path);
  print(`first rows of the ${company}'s devices`, rows, kFirstRows);
  const longest = await person.page.evaluate(async steps => {
    const table = document.querySelector('[role=table]');
    let most = 0;
    let last = performance.now();
    for (let frame = 0; frame < steps * 6; ++frame) {
      await new Promise(requestAnimationFrame);
      const now = performance.now();
      most = Math.max(most, now - last);
      last = now;
      table.scrollTop += 400;
    }
    return most;
  }, kScrolls);
  print(`longest frame while scrolling the ${company}'s devices`, longest, kFrame);
  console.log(`  ${await person.page.locator('.table-foot').innerText()}`);
}

const server = await startServer();
const browser = await openBrowser();
const person = await Person.open(browser, server.endpoint);
await firstPaint(person, '/', 'the sign-in page');
for (const [company, path] of [
  ['reseller', '/reseller/devices'],
  ['customer', `/customer/${kCustomer}/devices`],
]) {
  await person.go('/');
  const account = company === 'reseller' ? /Reseller:/ : /Customer:/;
  await person.page.getByRole('button', {name: account}).first().click();
  await person.page.getByRole('navigation').first().waitFor();
  await firstPaint(person, path, `the ${company}'s devices`);
  for (let i = 0; i < 3; ++i) await list(person, company, path);
  await person.page.evaluate(() => fetch('/portal/session'));
  await person.context.clearCookies();
}
await browser.close();
server.process.kill('SIGTERM');
await once(server.process, 'exit');
