// SPDX-License-Identifier: Apache-2.0
// Devices as a file, in the columns of the command line's `devices list --format csv`
// (apps/zerotouch/output.cc), which uploads read again.
import {ApiError} from '../api/error';
import type {Device} from '../api/types';
import {csvRow, markedCell} from './csv';
import {kResultColumns} from './device_csv';

export const kDeviceListColumns = [
  'deviceid',
  'imei',
  'imei2',
  'meid',
  'meid2',
  'serialnumber',
  'model',
  'manufacturer',
  'owner',
  'profileid',
  'phonenumber',
  'ordernumber',
];

// Returns the owner by zero-touch, or else by the first claim.
function ownerOf({claims}: Device): string | undefined {
  const claim = claims?.find(each => each.sectionType === 'SECTION_TYPE_ZERO_TOUCH') ?? claims?.[0];
  return claim?.ownerCompanyId;
}

// Returns the cells of a device. A cell that a spreadsheet would run begins with an apostrophe.
function cellsOf(device: Device): string[] {
  const identifier = device.deviceIdentifier ?? {};
  const entries = device.deviceMetadata?.entries ?? {};
  return marked([
    device.deviceId,
    identifier.imei,
    identifier.imei2,
    identifier.meid,
    identifier.meid2,
    identifier.serialNumber,
    identifier.model,
    identifier.manufacturer,
    ownerOf(device),
    device.configuration?.split('/').pop(),
    entries['phonenumber'],
    entries['ordernumber'],
  ]);
}

const marked = (cells: (string | undefined)[]) => cells.map(cell => markedCell(cell ?? ''));

export function deviceListRow(device: Device): string {
  return csvRow(cellsOf(device));
}

// Returns a file of devices for which a call has failed.
export function failedDevicesCsv(failed: {device: Device; error: unknown}[]): string {
  let text = csvRow([...kDeviceListColumns, ...kResultColumns]);
  for (const {device, error} of failed) {
    const {code, reason} = error instanceof ApiError ? error : {code: '', reason: ''};
    const message = error instanceof Error ? error.message : String(error);
    text += csvRow([...cellsOf(device), ...marked([code, device.deviceId, reason, message])]);
  }
  return text;
}
