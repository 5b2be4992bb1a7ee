// SPDX-License-Identifier: Apache-2.0
// Devices as a file, in the columns of the command line's `devices list --format csv`
// (apps/zerotouch/output.cc), which uploads read again.
import {ApiError} from '../api/error';
import type {Device} from '../api/types';
import {csvRow, markedCell} from './csv';
import {kResultColumns} from './device_csv';

const kDeviceListColumns = [
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

// Rows of a saved file, 150 MB. The browser keeps them outside of the tab; the command line has no
// such limit.
export const kMostRows = 1_000_000;

export type PageOfDevices = {devices?: Device[] | undefined; nextPageToken?: string | undefined};

// A file that is read page by page. Each page is a Blob, so that the tab's own memory has one page.
export type DeviceList = {
  parts: Blob[];
  rows: number;
  read: number; // devices, of which `rows` are in the file
  pageToken: string; // of the page that follows
  isDone: boolean;
};

export const kNoDevices: DeviceList = {
  parts: [new Blob([csvRow(kDeviceListColumns)])],
  rows: 0,
  read: 0,
  pageToken: '',
  isDone: false,
};

// Returns the file with another page, of which it takes the devices that `keeps` lets through, up to
// `most` rows in all. It is done if no page follows and every row had room.
export function withPage(
  list: DeviceList,
  page: PageOfDevices,
  keeps: (device: Device) => boolean = () => true,
  most = kMostRows,
): DeviceList {
  const devices = page.devices ?? [];
  const wanted = devices.filter(keeps);
  const kept = wanted.slice(0, most - list.rows);
  const rows = kept.map(device => csvRow(cellsOf(device)));
  return {
    parts: kept.length > 0 ? [...list.parts, new Blob(rows)] : list.parts,
    rows: list.rows + kept.length,
    read: list.read + devices.length,
    pageToken: page.nextPageToken ?? '',
    isDone: !page.nextPageToken && kept.length === wanted.length,
  };
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
