// SPDX-License-Identifier: Apache-2.0
// Bundles the unit tests of the portal and runs them.
import {spawnSync} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {build} from 'esbuild';

const folder = dirname(fileURLToPath(import.meta.url));
const tests = ['csv_test', 'device_list_test', 'lint_test'];
const out = mkdtempSync(join(tmpdir(), 'portal-unit-'));
try {
  await build({
    entryPoints: tests.map(name => join(folder, `test/${name}.ts`)),
    outdir: out,
    bundle: true,
    platform: 'node',
    format: 'esm',
    outExtension: {'.js': '.mjs'},
    logLevel: 'warning',
  });
  const {status} = spawnSync(
    process.execPath,
    ['--test', ...tests.map(name => join(out, `${name}.mjs`))],
    {stdio: 'inherit'},
  );
  process.exitCode = status ?? 1;
} finally {
  rmSync(out, {recursive: true});
}
