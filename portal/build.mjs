// SPDX-License-Identifier: Apache-2.0
// Bundles the portal into dist/: index.html and assets/NAME-HASH.*.
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
    chunkNames: '[name]-[hash]',
    splitting: true,
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
  return Object.entries(result.metafile.outputs).map(([path, {entryPoint, imports}]) => ({
    name: basename(path),
    isEntry: Boolean(entryPoint?.endsWith(entry)),
    parts: imports.filter(each => each.kind === 'import-statement').map(each => each.path),
  }));
}

function only(files, pattern) {
  const found = files.map(file => file.name).filter(name => pattern.test(name));
  if (found.length !== 1) throw new Error(`expected one file ${pattern}, found ${found}`);
  return `/portal/assets/${found[0]}`;
}

// Returns the texts of src/en.ts.
async function texts() {
  const {outputFiles} = await build({
    entryPoints: [join(folder, 'src/en.ts')],
    bundle: true,
    write: false,
    format: 'esm',
  });
  const source = encodeURIComponent(outputFiles[0].text);
  return (await import(`data:text/javascript,${source}`)).t;
}

rmSync(out, {recursive: true, force: true});
mkdirSync(join(out, 'assets'), {recursive: true});
const worker = only(await bundle('src/csv/worker.ts'), /^worker-.*\.js$/);
const theme = only(await bundle('src/theme_early.ts'), /^theme_early-.*\.js$/);
const files = await bundle('src/main.tsx', {CSV_WORKER_URL: JSON.stringify(worker)});
// The browser asks for the parts of the script at once, not when it has read the script.
const preload = files
  .find(file => file.isEntry)
  .parts.map(path => `<link rel="modulepreload" href="/portal/assets/${basename(path)}">`);
const {loading, noScript} = await texts();
const page = readFileSync(join(folder, 'index.html'), 'utf8')
  .replace('THEME', theme)
  .replace('PRELOAD', preload.join('\n    '))
  .replace('SCRIPT', only(files, /^main-.*\.js$/))
  .replaceAll('STYLES', only(files, /^main-.*\.css$/))
  .replace('ICON', only(files, /^icon-.*\.svg$/))
  .replace('LOADING', loading)
  .replace('NOSCRIPT', noScript);
writeFileSync(join(out, 'index.html'), page);
