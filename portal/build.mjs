// SPDX-License-Identifier: Apache-2.0
// Bundles the portal into dist/: index.html and assets/NAME-HASH.*. With --watch, again
// whenever a file changes.
import {mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {basename, dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {build} from 'esbuild';

const folder = dirname(fileURLToPath(import.meta.url));
const out = join(folder, 'dist');

// The portal is in English: drops the texts of the component library in other languages.
const englishOnly = {
  name: 'english-only',
  setup(build) {
    build.onLoad({filter: /[\\/]intl[\\/].*[\\/][a-z]{2}-[A-Z]{2}\.mjs$/}, args =>
      args.path.endsWith('en-US.mjs') ? undefined : {contents: 'export default {}', loader: 'js'},
    );
  },
};

async function bundle(entry, define = {}) {
  const result = await build({
    entryPoints: [join(folder, entry)],
    outdir: join(out, 'assets'),
    publicPath: '/portal/assets',
    entryNames: '[name]-[hash]',
    assetNames: '[name]-[hash]',
    bundle: true,
    minify: true,
    format: 'esm',
    target: ['chrome111', 'firefox120', 'safari17.5'],
    jsx: 'automatic',
    loader: {'.svg': 'file'},
    legalComments: 'none',
    metafile: true,
    define: {'process.env.NODE_ENV': '"production"', ...define},
    plugins: [englishOnly],
    logLevel: 'warning',
  });
  return Object.keys(result.metafile.outputs).map(path => basename(path));
}

function only(names, pattern) {
  const found = names.filter(name => pattern.test(name));
  if (found.length !== 1) throw new Error(`expected one file ${pattern}, found ${found}`);
  return `/portal/assets/${found[0]}`;
}

rmSync(out, {recursive: true, force: true});
mkdirSync(join(out, 'assets'), {recursive: true});
const worker = only(await bundle('src/csv/worker.ts'), /^worker-.*\.js$/);
const theme = only(await bundle('src/theme_early.ts'), /^theme_early-.*\.js$/);
const names = await bundle('src/main.tsx', {CSV_WORKER_URL: JSON.stringify(worker)});
const page = readFileSync(join(folder, 'index.html'), 'utf8')
  .replace('THEME', theme)
  .replace('SCRIPT', only(names, /^main-.*\.js$/))
  .replaceAll('STYLES', only(names, /^main-.*\.css$/))
  .replace('ICON', only(names, /^icon-.*\.svg$/));
writeFileSync(join(out, 'index.html'), page);
