// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {ApiError} from '../src/api/error';
import type {Device} from '../src/api/types';
import {failedDevicesCsv, kNoDevices, withPage} from '../src/csv/device_list';
import {exampleCsv} from '../src/csv/examples';

const device = (i: number, changes: Device['deviceIdentifier'] = {}): Device => ({
  deviceId: String(i),
  deviceIdentifier: {serialNumber: `S${i}`, ...changes},
});

test('a list is saved page by page, with the owner by zero-touch', async () => {
  const claimed: Device = {
    ...device(1, {manufacturer: '=1+1', model: `'=x`}),
    configuration: 'customers/5/configurations/7',
    claims: [
      {sectionType: 'SECTION_TYPE_SIM_LOCK', ownerCompanyId: '4'},
      {sectionType: 'SECTION_TYPE_ZERO_TOUCH', ownerCompanyId: '5'},
    ],
    deviceMetadata: {entries: {ordernumber: 'a,b', phonenumber: '+1'}},
  };
  const first = withPage(kNoDevices, {devices: [claimed, device(2)], nextPageToken: 'next'});
  assert.deepEqual([first.rows, first.pageToken, first.isDone], [2, 'next', false]);
  const second = withPage(first, {devices: [device(3)]}, each => each.deviceId !== '3');
  assert.deepEqual([second.rows, second.read, second.isDone], [2, 3, true]);
  assert.deepEqual((await new Blob(second.parts).text()).split('\n'), [
    'deviceid,imei,imei2,meid,meid2,serialnumber,model,manufacturer,owner,profileid,phonenumber,ordernumber',
    `1,,,,,S1,''=x,'=1+1,5,7,'+1,"a,b"`,
    '2,,,,,S2,,,,,,',
    '',
  ]);
});

test('a saved list has a limit, and is not done if rows are left', () => {
  const devices = [1, 2, 3].map(i => device(i));
  const full = withPage(kNoDevices, {devices}, undefined, 2);
  assert.deepEqual([full.rows, full.isDone], [2, false]);
  assert.equal(withPage(kNoDevices, {devices}, undefined, 3).isDone, true);
});

test('devices for which a call has failed are saved with the reason', () => {
  const error = new ApiError(403, 'PERMISSION_DENIED', '=denied', {reason: 'TOS'});
  const [, row] = failedDevicesCsv([{device: device(1), error}]).split('\n');
  assert.equal(row, "1,,,,,S1,,,,,,,PERMISSION_DENIED,1,TOS,'=denied");
});

test('devices that do not exist have valid IMEIs, each another one', () => {
  const rows = exampleCsv(100).trimEnd().split('\n').slice(1);
  const imeis = rows.map(row => row.split(',')[0]!);
  assert.equal(new Set(imeis).size, 100);
  for (const imei of imeis) {
    const sum = [...imei].reduce((total, digit, i) => {
      const value = Number(digit) * (i % 2 === 1 ? 2 : 1);
      return total + (value > 9 ? value - 9 : value);
    }, 0);
    assert.ok(imei.length === 15 && sum % 10 === 0, imei);
  }
});
