// SPDX-License-Identifier: Apache-2.0
// A person at the portal: a browser's tab, and what it must never do.
import assert from 'node:assert/strict';
import {existsSync, mkdirSync, readFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {join} from 'node:path';
import {chromium} from 'playwright-core';

const axeSource = readFileSync(
  createRequire(import.meta.url).resolve('axe-core/axe.min.js'),
  'utf8',
);

// The programs under which Chromium is installed.
const kPrograms = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

export async function openBrowser() {
  const program = kPrograms.find(each => existsSync(each));
  assert.ok(program, `none of ${kPrograms} is installed: run scripts/install-deps test`);
  return chromium.launch({executablePath: program, args: ['--no-sandbox', '--disable-gpu']});
}

export class Person {
  // Opens a tab. Anything that the page reports as an error fails the test that calls check().
  static async open(browser, origin, options = {}) {
    const person = new Person();
    person.origin = origin;
    person.faults = [];
    person.expected = [];
    person.context = await browser.newContext({
      viewport: {width: 1280, height: 900},
      acceptDownloads: true,
      timezoneId: 'Europe/Berlin',
      ...options,
    });
    person.page = await person.context.newPage();
    person.page.setDefaultTimeout(30_000);
    person.page.on('pageerror', error => person.faults.push(`page: ${error.message}`));
    person.page.on('console', message => {
      if (message.type() === 'error') person.faults.push(`console: ${message.text()}`);
    });
    person.page.on('request', request => {
      const url = new URL(request.url());
      if (!['blob:', 'data:'].includes(url.protocol) && url.origin !== origin) {
        person.faults.push(`request to ${url.origin}`);
      }
    });
    return person;
  }

  // Signs in as the account of a sandbox whose row on the page has this text.
  async signIn(account) {
    await this.go('/');
    await this.page.getByRole('button', {name: account}).first().click();
    await this.page.getByRole('navigation').first().waitFor();
  }

  // Opens a page of the portal and waits until it has loaded.
  async go(path) {
    await this.page.goto(`${this.origin}/portal${path}`);
    await this.settle();
  }

  // Goes to a page as a link does, without loading the portal again.
  async visit(path) {
    await this.page.evaluate(to => {
      history.pushState(null, '', `/portal${to}`);
      dispatchEvent(new PopStateEvent('popstate'));
    }, path);
    await this.settle();
  }

  async settle() {
    await this.page.getByRole('heading', {level: 1}).waitFor();
    await this.page.waitForFunction(() => !document.querySelector('.loading'));
  }

  button(name) {
    return this.page.getByRole('button', {name, exact: true});
  }

  field(name) {
    return this.page.getByLabel(name, {exact: true});
  }

  async see(text) {
    await this.page.getByText(text).first().waitFor();
  }

  // Browsers report every answer of 400 and above as an error: lets those through whose text has
  // one of `parts`.
  expectErrors(...parts) {
    this.expected.push(...parts);
  }

  check() {
    const faults = this.faults.filter(fault => !this.expected.some(part => fault.includes(part)));
    this.faults = [];
    assert.deepEqual(faults, []);
  }

  // Expects that axe-core finds nothing wrong with the page, by all of its rules, in the light and
  // the dark theme, and keeps a picture of each in `folder`. On PostgreSQL the pages are the same:
  // they are inspected on SQLite only.
  async inspect(name, folder) {
    if (process.env.PGHOST) return;
    await this.page.evaluate(axeSource);
    for (const theme of ['light', 'dark']) {
      await this.page.evaluate(value => {
        document.documentElement.dataset.theme = value;
      }, theme);
      if (folder) {
        mkdirSync(folder, {recursive: true});
        await this.page.evaluate(() => window.scrollTo(0, 0));
        await this.page.screenshot({path: join(folder, `${name}-${theme}.png`)});
      }
      const {violations} = await this.page.evaluate(
        runOnly => globalThis.axe.run(document, {resultTypes: ['violations'], runOnly}),
        ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
      );
      const found = violations.map(
        each =>
          `${name} (${theme}) ${each.id}: ${each.help}: ${each.nodes
            .slice(0, 3)
            .map(node => `${node.html.slice(0, 200)} ${node.any[0]?.message ?? ''}`)
            .join(' | ')}`,
      );
      assert.deepEqual(found, []);
    }
  }

  // Expects that the page is not wider than its window, at 360 px and at 3840 px.
  async fits(name, folder) {
    if (process.env.PGHOST) return;
    const old = this.page.viewportSize();
    for (const width of [360, 3840]) {
      await this.page.setViewportSize({width, height: 800});
      if (folder && width === 360)
        await this.page.screenshot({path: join(folder, `${name}-360.png`)});
      const wide = await this.page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(wide <= width, `${name} is ${wide} px wide in a window of ${width} px`);
    }
    await this.page.setViewportSize(old);
  }

  async close() {
    await this.context.close();
  }
}
