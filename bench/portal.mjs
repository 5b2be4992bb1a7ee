// SPDX-License-Identifier: Apache-2.0
// Measures the portal in Chromium on a registry of many devices: the first paint, the first rows of
// the lists and of filters, the calls behind them, scrolling, and a file of 100,000 rows. Prints
// each figure beside its limit.
//
// usage: node portal.mjs, in build-dev/test/portal/test, which has the packages. Under
// with_postgres, the registry is in PostgreSQL.
//   ZEROTOUCHD  the program
//   DEVICES     how many devices the registry has (default: 1000000)
//   DATA        a folder that keeps the registry for the next run
import {execFileSync, spawn} from 'node:child_process';
import {createWriteStream, existsSync, mkdirSync, mkdtempSync, writeFileSync} from 'node:fs';
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
const kFrame = 50; // a smooth scroll stands still for less
const kScrolls = 60;
const kFileRows = 100_000;
const kPreview = 3000;
const kWholeCheck = 10_000;
const kLongTask = 200; // the longest that the page may not answer
const kMostMinutes = 30;

setTimeout(() => {
  console.error(`stopped after ${kMostMinutes} minutes`);
  process.exit(1);
}, kMostMinutes * 60_000).unref();

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
  const {PGHOST, PGPORT, PGUSER} = process.env;
  if (PGHOST) execFileSync('createdb', ['portal']);
  const server = spawn(
    process.env.ZEROTOUCHD,
    [
      ...['sandbox', '--listen', '127.0.0.1:0', '--data-dir', data, '--seed', seed],
      ...['--log-level', 'warning', '--access-log', 'off'],
      ...(PGHOST ? [`--database=postgresql://${PGUSER}@${PGHOST}:${PGPORT}/portal`] : []),
    ],
    {stdio: ['ignore', 'pipe', 'inherit']},
  );
  process.once('exit', () => server.kill('SIGKILL'));
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
  server.once('exit', code => {
    if (code === 0) return;
    console.error(`the server ended with ${code}`);
    process.exit(1);
  });
  const begin = performance.now();
  const [line] = await once(createInterface({input: server.stdout}), 'line');
  console.log(`the server started after ${((performance.now() - begin) / 1000).toFixed(0)} s`);
  return {...JSON.parse(line), process: server};
}

function print(what, value, most) {
  const verdict = value <= most ? '' : '  TOO SLOW';
  console.log(`${what}: ${value.toFixed(0)} ms (at most ${most} ms)${verdict}`);
}

// Returns the milliseconds of processor time that the pages have used: what they would take on a
// quiet machine.
async function pageTime(person) {
  const session = await person.context.browser().newBrowserCDPSession();
  const {processInfo} = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  const pages = processInfo.filter(each => each.type === 'renderer');
  return pages.reduce((sum, each) => sum + each.cpuTime * 1000, 0);
}

// Runs `act`, and prints how much processor time the page took for it.
async function metered(person, act) {
  const before = await pageTime(person);
  const result = await act();
  const took = (await pageTime(person)) - before;
  console.log(`  processor time of the page: ${took.toFixed(0)} ms`);
  return result;
}

async function firstPaint(person, path, what) {
  await metered(person, () => person.go(path));
  const {paint, whole} = await person.page.evaluate(() => ({
    paint: performance.getEntriesByName('first-contentful-paint')[0].startTime,
    whole: performance.now(),
  }));
  print(`first paint of ${what}`, paint, kFirstPaint);
  console.log(`  all that it shows: ${whole.toFixed(0)} ms`);
}

// Follows a link of the navigation, or opens the list with a query, and waits for its rows. Returns
// the milliseconds.
function rowsOf(person, {link, query}) {
  return person.page.evaluate(
    async to => {
      performance.clearResourceTimings();
      const begin = performance.now();
      if (to.link) {
        document.querySelector(`nav a[href="/portal${to.link}"]`).click();
      } else {
        history.pushState(null, '', `/portal/reseller/devices${to.query}`);
        dispatchEvent(new PopStateEvent('popstate'));
      }
      while (!document.querySelector('[role=row] a[href*="/devices/"]')) {
        await new Promise(requestAnimationFrame);
      }
      return performance.now() - begin;
    },
    {link, query},
  );
}

// Prints how long the calls of the page took, of those to `path`.
async function calls(person, path) {
  await person.page.waitForLoadState('networkidle');
  const took = await person.page.evaluate(
    part =>
      performance
        .getEntriesByType('resource')
        .filter(each => each.name.includes(part))
        .map(each => `${each.duration.toFixed(0)} ms for ${new URL(each.name).search || 'all'}`),
    path,
  );
  console.log(`  calls: ${took.join(', ')}`);
}

// Opens the list from another page, as a click in the navigation does, and scrolls it.
async function list(person, company, path) {
  await person.go(path.replace('devices', 'webhooks'));
  const rows = await metered(person, () => rowsOf(person, {link: path}));
  print(`first rows of the ${company}'s devices`, rows, kFirstRows);
  await calls(person, '/devices');
  const scroll = async steps => {
    const table = document.querySelector('[role=table]');
    const took = [];
    let last = performance.now();
    for (let frame = 0; frame < steps * 6; ++frame) {
      await new Promise(requestAnimationFrame);
      const now = performance.now();
      took.push(now - last);
      last = now;
      table.scrollTop += 400;
    }
    return took.sort((a, b) => a - b);
  };
  const frames = await metered(person, () => person.page.evaluate(scroll, kScrolls));
  const at = share => frames[Math.floor(share * (frames.length - 1))];
  print(`95 % of the frames while scrolling the ${company}'s devices`, at(0.95), kFrame);
  console.log(`  median ${at(0.5).toFixed(0)} ms, longest ${at(1).toFixed(0)} ms`);
  console.log(`  ${await person.page.locator('.table-foot').innerText()}`);
}

// Opens the list with a query, as a link does, from the empty list of an unknown device.
async function filtered(person, what, query) {
  await person.go(`/reseller/devices?q=${imei(9_999_999)}`);
  await person.see('No device found');
  const rows = await metered(person, () => rowsOf(person, {query}));
  print(`first rows of ${what}`, rows, kFirstRows);
  await calls(person, '/devices');
}

async function file(person) {
  await person.go(`/reseller/upload/claim?customer=${kCustomer}`);
  const rows = ['imei,serial,manufacturer,model'];
  for (let i = 0; i < kFileRows; ++i) rows.push(`${imei(2_000_000 + i)},T${i},Google,Pixel 9`);
  await person.page.evaluate(() => {
    window.longest = 0;
    new PerformanceObserver(tasks => {
      for (const {duration} of tasks.getEntries())
        window.longest = Math.max(window.longest, duration);
    }).observe({type: 'longtask'});
  });
  // A file by its path: the browser reads it as it does one that a person drops.
  const path = join(folder, 'many.csv');
  writeFileSync(path, rows.join('\n'));
  const begin = performance.now();
  await person.page.setInputFiles('input[type=file]', path);
  await person.page.getByText('Columns of many.csv').waitFor();
  print(`columns and first rows of ${kFileRows} rows`, performance.now() - begin, kPreview);
  await person.page.getByRole('button', {name: /^Claim 100,000/}).waitFor();
  print(`check of ${kFileRows} rows`, performance.now() - begin, kWholeCheck);
  print('longest task of the page', await person.page.evaluate(() => window.longest), kLongTask);
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
  if (company === 'reseller') {
    await filtered(person, 'a search for an IMEI', `?q=${imei(kDevices - 1)}`);
    await filtered(person, "one customer's devices", `?customer=${kCustomer}`);
    await file(person);
  }
  await person.context.clearCookies();
}
await browser.close();
server.process.kill('SIGTERM');
await once(server.process, 'exit');
