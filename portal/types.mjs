// SPDX-License-Identifier: Apache-2.0
// Generates src/api/*.d.ts from the OpenAPI documents in api/, which are what the server
// describes itself by (test/portal compares them).
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import openapiTS, {astToString} from 'openapi-typescript';

const folder = new URL('.', import.meta.url);
mkdirSync(new URL('src/api/', folder), {recursive: true});
for (const [document, module] of [
  ['v1', 'google'],
  ['openzerotouch.v1', 'ours'],
  ['openzerotouch.sandbox.v1', 'sandbox'],
]) {
  const text = readFileSync(new URL(`api/${document}.json`, folder), 'utf8');
  const types = astToString(await openapiTS(JSON.parse(text)));
  writeFileSync(new URL(`src/api/${module}.d.ts`, folder), types);
}
