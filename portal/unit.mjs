// SPDX-License-Identifier: Apache-2.0
// Bundles the unit tests of the portal and runs them.
import {spawnSync} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {build} from 'esbuild';

const folder = dirname(fileURLToPath(import.meta.url));
const out = mkdtempSync(join(tmpdir(), 'portal-unit-'));
try {
  await build({
    entryPoints: [join(folder, 'test/csv_test.ts'), join(folder, 'test/lint_test.ts')],
    outdir: out,
    bundle: true,
    platform: 'node',
    format: 'esm',
    outExtension: {'.js': '.mjs'},
    logLevel: 'warning',
  });
  const {status} = spawnSync(
    process.execPath,
    ['--test', join(out, 'csv_test.mjs'), join(out, 'lint_test.mjs')],
    {stdio: 'inherit'},
  );
  process.exitCode = status ?? 1;
} finally {
  rmSync(out, {recursive: true});
}
