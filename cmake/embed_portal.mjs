// SPDX-License-Identifier: Apache-2.0
// node embed_portal.mjs SOURCE COPY OUTPUT AUTO|ON NPM
//
// Builds the portal in COPY, a copy of SOURCE, and writes OUTPUT, the C++ file with its files
// (src/wire/portal/assets.h). Skips npm if COPY was built from the same sources.
import {execFileSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync}
  from 'node:fs';
import {basename, join, relative} from 'node:path';
import {gzipSync} from 'node:zlib';

const [source, copy, output, mode, npm] = process.argv.slice(2);
const LEFT_OUT = ['node_modules', 'dist'];
const TYPES = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
  json: 'application/json',
  txt: 'text/plain; charset=utf-8',
  png: 'image/png',
  ico: 'image/x-icon',
  woff2: 'font/woff2',
};

function filesIn(folder) {
  return readdirSync(folder, {withFileTypes: true})
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? filesIn(path) : [path];
    });
}

function sourceFiles() {
  return readdirSync(source, {withFileTypes: true})
    .filter((entry) => !LEFT_OUT.includes(entry.name))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(source, entry.name);
      return entry.isDirectory() ? filesIn(path) : [path];
    });
}

function digestOf(files) {
  const hash = createHash('sha256').update(process.version);
  for (const file of files) hash.update(relative(source, file) + '\0').update(readFileSync(file));
  return hash.digest('hex');
}

function build(files) {
  const stamp = join(copy, '.built-from');
  const digest = digestOf(files);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) return;
  mkdirSync(copy, {recursive: true});
  for (const name of readdirSync(copy)) {
    if (name !== 'node_modules') rmSync(join(copy, name), {recursive: true});
  }
  for (const file of files) cpSync(file, join(copy, relative(source, file)));
  const run = (...args) => execFileSync(npm, args, {cwd: copy, stdio: ['ignore', 2, 2]});
  run('ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error');
  run('run', 'build', '--silent');
  writeFileSync(stamp, digest);
}

// Writes the compressed files beside the copy and returns the rows of the table.
function compress() {
  const dist = join(copy, 'dist');
  const folder = join(copy, 'embedded');
  rmSync(folder, {recursive: true, force: true});
  mkdirSync(folder, {recursive: true});
  const files = filesIn(dist).filter((file) => !file.endsWith('.map'));
  if (!files.includes(join(dist, 'index.html'))) throw new Error('dist/ has no index.html');
  return files.map((file, index) => {
    const extension = basename(file).split('.').pop();
    const type = TYPES[extension];
    if (!type) throw new Error(`no Content-Type for ${file}`);
    const bytes = readFileSync(file);
    const packed = join(folder, `${index}.gz`);
    writeFileSync(packed, gzipSync(bytes, {level: 9}));
    return {
      path: relative(dist, file),
      type,
      digest: createHash('sha256').update(bytes).digest('hex').slice(0, 32),
      packed,
      symbol: `zerotouch_portal_file_${index}`,
    };
  });
}

function render(rows) {
  const assembler = rows.map(({symbol, packed}) => `asm(R"(
  .section .rodata
  .global ${symbol}
  ${symbol}:
  .incbin "${packed}"
  .global ${symbol}_end
  ${symbol}_end:
  .previous
)");
extern "C" const char ${symbol}[], ${symbol}_end[];
`);
  const table = rows.map(({path, type, digest, symbol}) =>
    `      {"${path}", "${type}", "${digest}", {${symbol}, ${symbol}_end}},\n`);
  const body = rows.length === 0 ? '  return {};\n'
    : `  static const EmbeddedFile kFiles[] = {\n${table.join('')}  };\n  return kFiles;\n`;
  return `#include "wire/portal/assets.h"

${assembler.join('')}
namespace zerotouch::wire {

std::span<const EmbeddedFile> EmbeddedPortal() {
${body}}

}  // namespace zerotouch::wire
`;
}

let rows = [];
try {
  build(sourceFiles());
  rows = compress();
} catch (error) {
  if (mode === 'ON') throw error;
  console.error(`warning: the portal is left out of this build: ${error.message}`);
}
writeFileSync(output, render(rows));
