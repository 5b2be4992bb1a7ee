// SPDX-License-Identifier: Apache-2.0
// Checks the files that the server serves as the portal: their size and their contents. The program
// is in ZEROTOUCHD, the portal's sources in PORTAL. With PORTAL_WRITE=1, writes the OpenAPI
// documents from which the portal's types are generated.
import assert from 'node:assert/strict';
import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {after, before, test} from 'node:test';
import {gzipSync} from 'node:zlib';
import {Sandbox} from './sandbox.mjs';

const kMostBytes = 350 * 1024; // compressed, in all
const kMostFirstBytes = 160 * 1024; // of those, what the sign-in page loads

let sandbox;
before(async () => {
  sandbox = await Sandbox.start(process.env.ZEROTOUCHD);
});
after(() => sandbox?.stop());

async function get(path) {
  const answer = await fetch(sandbox.endpoint + path);
  assert.equal(answer.status, 200, path);
  return {text: await answer.text(), headers: answer.headers};
}

const namesIn = text => [...text.matchAll(/\/portal\/assets\/[\w.-]+/g)].map(match => match[0]);

async function assets() {
  const {text} = await get('/portal/');
  const names = namesIn(text);
  const files = new Map([['/portal/', text]]);
  for (const name of names) files.set(name, (await get(name)).text);
  // A map goes on to what is added to it: the parts of parts.
  for (const content of files.values()) {
    for (const name of namesIn(content)) {
      if (!files.has(name)) files.set(name, (await get(name)).text);
    }
  }
  return files;
}

test('the portal is small', async () => {
  const files = await assets();
  assert.ok(files.size >= 5, [...files.keys()].join(' '));
  const first = ['/portal/', ...namesIn(files.get('/portal/'))];
  let bytes = 0;
  let firstBytes = 0;
  for (const [name, text] of files) {
    const packed = gzipSync(text, {level: 9}).length;
    console.log(`${name}: ${packed} bytes`);
    bytes += packed;
    if (first.includes(name)) firstBytes += packed;
  }
  console.log(`in all: ${bytes} bytes, the sign-in page: ${firstBytes} bytes`);
  assert.ok(bytes <= kMostBytes, `${bytes} bytes are more than ${kMostBytes}`);
  assert.ok(firstBytes <= kMostFirstBytes, `${firstBytes} bytes are more than ${kMostFirstBytes}`);
});

test('nothing is inline, and nothing comes from elsewhere', async () => {
  const {text, headers} = await get('/portal/');
  assert.doesNotMatch(text, /<style|\sstyle=|\son\w+=/);
  assert.doesNotMatch(text, /<script(?![^>]*\ssrc=)/);
  const policy = headers.get('content-security-policy');
  assert.match(policy, /default-src 'none'/);
  assert.match(policy, /frame-ancestors 'none'/);
  assert.doesNotMatch(policy, /unsafe|\*/);
  for (const [name, content] of await assets()) {
    assert.doesNotMatch(content, /(src|href)=["']?https?:|url\(["']?https?:|@import/, name);
    assert.doesNotMatch(content, /sourceMappingURL/, name);
  }
});

test('files are kept for ever by browsers, pages are asked for again', async () => {
  for (const [name] of await assets()) {
    const cache = (await get(name)).headers.get('cache-control');
    assert.match(cache, name === '/portal/' ? /no-/ : /immutable/, name);
  }
});

for (const version of ['v1', 'openzerotouch.v1', 'openzerotouch.sandbox.v1']) {
  test(`types are generated from what the server says of ${version}`, async () => {
    const path = `/$discovery/OPENAPI3_0?version=${version}`;
    const text = (await get(path)).text.replaceAll(sandbox.endpoint, '');
    const file = join(process.env.PORTAL, `api/${version}.json`);
    if (process.env.PORTAL_WRITE === '1') writeFileSync(file, text);
    assert.equal(
      text,
      readFileSync(file, 'utf8'),
      `differs from ${file}; if it should, run this with PORTAL_WRITE=1`,
    );
  });
}
