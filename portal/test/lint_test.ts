// SPDX-License-Identifier: Apache-2.0
// The cases are those of src/model/dpc_extras_test.cc.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {isComponentName, lintExtras} from '../src/extras/lint';

const P = 'android.app.extra.PROVISIONING_';

function warnings(extras: unknown): string[] {
  const text = typeof extras === 'string' ? extras : JSON.stringify(extras);
  return lintExtras(text).map(each => `${each.member}: ${each.text}`);
}

test('good extras have no warnings', () => {
  assert.deepEqual(warnings(''), []);
  assert.deepEqual(
    warnings({
      [`${P}LEAVE_ALL_SYSTEM_APPS_ENABLED`]: true,
      [`${P}ADMIN_EXTRAS_BUNDLE`]: {server: 'https://x', port: 1},
      'a.a.e.PDACN': 'com.example/.R',
    }),
    [],
  );
});

test('text that devices cannot read', () => {
  assert.match(warnings('{')[0]!, /^: not JSON/);
  assert.match(warnings('[]')[0]!, /^: not a JSON object/);
  assert.match(warnings(`{"a":"${'x'.repeat(11_000)}"}`)[0]!, /bytes are too many/);
});

test('names that Android does not know', () => {
  assert.match(warnings({[`${P}LEAVE_ALL_SYSTEM_APPS`]: true})[0]!, /Android has no such extra/);
  assert.match(
    warnings({[`${P}LOCALES`]: 'de'})[0]!,
    /use android\.app\.extra\.PROVISIONING_LOCALE$/,
  );
  assert.match(
    warnings({EXTRA_PROVISIONING_LOCALE: 'de'})[0]!,
    /use android\.app\.extra\.PROVISIONING_LOCALE$/,
  );
  assert.match(warnings({server: 1})[0]!, /devices ignore members beside/);
  assert.match(warnings({'a.a.e.XYZ': 1})[0]!, /no extra has this short name/);
});

test('wrong types and forms', () => {
  assert.match(warnings({[`${P}SKIP_ENCRYPTION`]: 'true'})[0]!, /wrong type: use true or false/);
  assert.match(warnings(`{"${P}LOCAL_TIME": 1.5}`)[0]!, /wrong type: use a whole number/);
  assert.match(warnings({[`${P}DEVICE_ADMIN_COMPONENT_NAME`]: 'x'})[0]!, /not a component/);
  assert.match(warnings({[`${P}SUPPORT_URL`]: 'x'})[0]!, /not a URL/);
  const checksum = `${P}DEVICE_ADMIN_SIGNATURE_CHECKSUM`;
  assert.match(warnings({[checksum]: 'a'.repeat(64)})[0]!, /the checksum is hexadecimal/);
  assert.match(warnings({[checksum]: `${'A'.repeat(41)}+/`})[0]!, /not URL-safe/);
  assert.match(warnings({[checksum]: 'short'})[0]!, /not a SHA-256 checksum/);
  assert.deepEqual(warnings({[checksum]: 'A'.repeat(43)}), []);
  assert.match(
    warnings({[`${P}DEVICE_ADMIN_PACKAGE_DOWNLOAD_LOCATION`]: 'https://x'})[0]!,
    /no checksum of the package/,
  );
});

test('secrets, http and misplaced extras at every depth', () => {
  const bundle = `${P}ADMIN_EXTRAS_BUNDLE`;
  assert.match(
    warnings({[bundle]: {a: [{api_key: 'x'}]}})[0]!,
    /BUNDLE\.a\[0\]\.api_key: a secret in plain sight/,
  );
  assert.match(warnings({[bundle]: {url: 'https://u:p@h/'}})[0]!, /a secret in plain sight/);
  assert.match(warnings({[bundle]: {url: 'http://h/'}})[0]!, /use https/);
  assert.match(warnings({[bundle]: {[`${P}LOCALE`]: 'de'}})[0]!, /only at the top/);
  assert.match(warnings({[`${P}WIFI_PASSWORD`]: 'x'})[0]!, /a secret in plain sight/);
});

test('a member that is given twice is named once', () => {
  assert.deepEqual(warnings(`{"${P}LOCALE":"a","${P}LOCALE":"b","${P}LOCALE":"c"}`).length, 1);
});

test('names of components', () => {
  for (const name of ['com.example/.R', 'a.b/c.D$E']) assert.ok(isComponentName(name), name);
  for (const name of ['x', '/a.b', 'a.b/', 'ab/c', 'a.b/c d'])
    assert.ok(!isComponentName(name), name);
});
