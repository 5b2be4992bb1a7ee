// SPDX-License-Identifier: Apache-2.0
// The columns of a file of devices and the requests that its rows make, by the rules of the
// command line (apps/devices_csv/device_csv.h, device_file.h).
import type {DeviceIdentifier, PartnerClaim, PartnerUnclaim, SectionType} from '../api/types';
import {cellProblem, normalName, trimCell, type CellKind} from './cell';
import {CsvReader, unmarkedCell, type CsvRecord} from './csv';
import {csvText, FileProblem} from './csv_text';

export const kColumns = {
  modemtype: 'TEXT',
  modemid: 'NUMBER',
  modemtype2: 'TEXT',
  modemid2: 'NUMBER',
  imei: 'NUMBER',
  imei2: 'NUMBER',
  meid: 'NUMBER',
  meid2: 'NUMBER',
  serial: 'SERIAL',
  model: 'TEXT',
  manufacturer: 'TEXT',
  profiletype: 'TEXT',
  owner: 'NUMBER',
  profileid: 'NUMBER',
  deviceid: 'NUMBER',
  phonenumber: 'SERIAL',
  ordernumber: 'SERIAL',
} as const satisfies Record<string, CellKind>;
export type Column = keyof typeof kColumns;
export const kColumnNames = Object.keys(kColumns) as Column[];

// The columns that results add, in this order.
export const kResultColumns = ['status', 'deviceId', 'errorIdentifier', 'errorMessage'];

const kAliases: Record<string, Column> = {serialnumber: 'serial', imei1: 'imei', meid1: 'meid'};
const kIdentifiers: Column[] = ['modemid', 'imei', 'imei2', 'meid', 'meid2', 'serial', 'deviceid'];
const kSeparators = ',;\t';

// Says what is wrong with a row, and what to do.
export class RowProblem extends Error {}

// Which column of the API each column of the file is; null: it is not used.
export type Mapping = (Column | null)[];

export function columnOf(title: string): Column | null {
  const name = normalName(title);
  return name in kColumns ? (name as Column) : (kAliases[name] ?? null);
}

// Returns the position of the columns that an earlier run added as results; -1 without them.
function findResults(titles: string[]): number {
  for (let begin = titles.length - kResultColumns.length; begin >= 0; --begin) {
    const isResult = kResultColumns.every(
      (name, i) => trimCell(titles[begin + i] ?? '').toLowerCase() === name.toLowerCase(),
    );
    if (isResult) return begin;
  }
  return -1;
}

function widthOf(fields: string[]): number {
  let width = fields.length;
  while (width > 0 && trimCell(fields[width - 1] ?? '') === '') --width;
  return width;
}

// Returns the separator line with which `text` begins (sep=;), if it does.
function separatorLine(text: string): {separator: string; length: number} | null {
  const end = text.search(/[\r\n]/);
  const line = end < 0 ? text : text.slice(0, end);
  const match = /^"?sep=(\\t|[^])?"?[ ,;\t]*$/i.exec(line);
  if (!match) return null;
  const rest = end < 0 ? '' : text.slice(end, end + 2);
  const length = line.length + (rest === '\r\n' ? 2 : rest ? 1 : 0);
  return {separator: match[1] === '\\t' ? '\t' : (match[1] ?? ''), length};
}

function detectSeparator(text: string): string {
  let best = ',';
  let most = [0, 0];
  for (const separator of kSeparators) {
    const header = new CsvReader(text, separator).next();
    if (!header) break;
    const known = header.problem ? 0 : header.fields.filter(title => columnOf(title)).length;
    const score = [known, header.fields.length];
    if (score[0]! < most[0]! || (score[0] === most[0] && score[1]! <= most[1]!)) continue;
    most = score;
    best = separator;
  }
  return best;
}

export type ClaimDefaults = {
  customerId?: string;
  sectionType?: SectionType;
  configurationId?: string;
};

// A file of devices, from the first row to the last.
export class DeviceFile {
  readonly titles: string[]; // of the columns, without blank ones at the end
  readonly guessed: Mapping;
  readonly isUtf8: boolean;
  private readonly reader: CsvReader;
  private readonly results: number;

  // Throws FileProblem if the file cannot be read.
  constructor(bytes: Uint8Array) {
    const {text, isUtf8} = csvText(bytes);
    this.isUtf8 = isUtf8;
    const line = separatorLine(text);
    if (line && (line.separator === '' || !kSeparators.includes(line.separator))) {
      throw new FileProblem(
        `the first line is sep=${line.separator}; separate the columns by commas, semicolons or tabs`,
      );
    }
    const rest = line ? text.slice(line.length) : text;
    this.reader = new CsvReader(rest, line?.separator ?? detectSeparator(rest), line ? 2 : 1);
    const header = this.reader.next();
    if (!header) throw new FileProblem('the file is empty');
    if (header.problem) throw new FileProblem(header.problem);
    this.titles = header.fields.slice(0, widthOf(header.fields)).map(trimCell);
    this.results = findResults(header.fields);
    this.guessed = this.titles.map((title, i) => (this.isResult(i) ? null : columnOf(title)));
  }

  isResult(i: number): boolean {
    return this.results >= 0 && i >= this.results && i < this.results + kResultColumns.length;
  }

  // The position of the device id among the results of an earlier run; -1 without them.
  get resultId(): number {
    return this.results < 0 ? -1 : this.results + 1;
  }

  // Returns the next row that is not blank; null at the end.
  next(): CsvRecord | null {
    for (;;) {
      const row = this.reader.next();
      if (!row || row.problem || row.fields.some(field => trimCell(field) !== '')) return row;
    }
  }
}

// Returns what is wrong with a mapping of columns, and what to do; empty if nothing is.
export function mappingProblem(mapping: Mapping, hasResultId = false): string {
  const hint = 'name the columns in the first row, or choose here what each of them is';
  const has = (column: Column) =>
    mapping.includes(column) || (column === 'deviceid' && hasResultId);
  for (const column of kColumnNames) {
    if (mapping.filter(each => each === column).length > 1) {
      return `the column ${column} appears twice; ${hint}`;
    }
  }
  if (has('modemid') !== has('modemtype')) {
    return 'the columns modemtype and modemid must be used together; call a column of IMEIs imei';
  }
  if (has('modemid2') !== has('modemtype2')) {
    return 'the columns modemtype2 and modemid2 must be used together';
  }
  if (!kIdentifiers.some(has)) {
    return `the column modemid, imei, meid, serial or deviceid is missing; ${hint}`;
  }
  return '';
}

// Returns a number in decimal digits without zeros in front.
function bareNumber(digits: string): string {
  return digits.startsWith('0') ? String(BigInt(digits)) : digits;
}

// Reads the rows of a file by a mapping. The functions that read a row throw RowProblem if it
// cannot be sent. Identifiers are left to the server to check.
export class RowReader {
  private readonly position: Partial<Record<Column, number>> = {};
  private readonly mapped: Column[]; // in the order in which problems are named

  constructor(
    private readonly file: DeviceFile,
    mapping: Mapping,
  ) {
    mapping.forEach((column, i) => {
      if (column) this.position[column] = i;
    });
    this.mapped = kColumnNames.filter(column => this.position[column] !== undefined);
  }

  private cell(row: CsvRecord, position: number | undefined): string {
    if (position === undefined || position < 0) return '';
    return trimCell(unmarkedCell(trimCell(row.fields[position] ?? '')));
  }

  private get(row: CsvRecord, column: Column): string {
    return this.cell(row, this.position[column]);
  }

  private title(column: Column): string {
    const position = this.position[column];
    return (position === undefined ? '' : this.file.titles[position]) || column;
  }

  private check(row: CsvRecord): void {
    if (row.problem) throw new RowProblem(row.problem);
    const width = this.file.titles.length;
    if (row.fields.length > width && widthOf(row.fields) > width) {
      throw new RowProblem(`the row has ${widthOf(row.fields)} fields, the header has ${width}`);
    }
    for (const column of this.mapped) {
      const problem = cellProblem(this.get(row, column), kColumns[column], this.file.isUtf8);
      if (problem) throw new RowProblem(`${this.title(column)} ${problem}`);
    }
  }

  private readModem(row: CsvRecord, typed: Column | null, id: Column, out: DeviceIdentifier): void {
    const text = this.get(row, id);
    if (!text) return;
    // A column imei or meid is its own type.
    const type = typed ? this.get(row, typed).toLowerCase() : id.slice(0, 4);
    if (type !== 'imei' && type !== 'meid') {
      throw new RowProblem(`invalid ${this.title(typed ?? id)}: use IMEI or MEID`);
    }
    const second = `${type}2` as const;
    if (!out[type] || out[type] === text) {
      out[type] = text;
    } else if (out[second] && out[second] !== text) {
      throw new RowProblem(`the row has more than two ${type.toUpperCase()}s`);
    } else {
      out[second] = text;
    }
  }

  identifierOf(row: CsvRecord): DeviceIdentifier {
    const out: DeviceIdentifier = {};
    this.readModem(row, 'modemtype', 'modemid', out);
    this.readModem(row, 'modemtype2', 'modemid2', out);
    for (const column of ['imei', 'imei2', 'meid', 'meid2'] as const) {
      this.readModem(row, null, column, out);
    }
    const set = (column: Column, field: 'serialNumber' | 'model' | 'manufacturer') => {
      const value = this.get(row, column);
      if (value) out[field] = value;
    };
    set('serial', 'serialNumber');
    set('model', 'model');
    set('manufacturer', 'manufacturer');
    return out;
  }

  private numberOf(row: CsvRecord, column: Column, what: string): string {
    let text = this.get(row, column);
    if (!text) return '';
    // The name of a configuration ends in its id.
    if (column === 'profileid') text = text.slice(text.lastIndexOf('/') + 1);
    if (!isPositiveInt64(text)) {
      throw new RowProblem(`invalid ${this.title(column)}: use ${what}, a positive number`);
    }
    return bareNumber(text);
  }

  private deviceIdOf(row: CsvRecord): string {
    const own = this.numberOf(row, 'deviceid', 'a device id');
    const text = this.cell(row, this.file.resultId);
    if (!text) return own;
    if (!isPositiveInt64(text)) {
      const problem = cellProblem(text, 'NUMBER', this.file.isUtf8);
      throw new RowProblem(
        problem ? `deviceId ${problem}` : 'invalid deviceId: use a device id, a positive number',
      );
    }
    const id = bareNumber(text);
    if (own && own !== id) throw new RowProblem('the row has two different device ids');
    return id;
  }

  private sectionOf(row: CsvRecord, otherwise: SectionType | undefined): SectionType {
    const profile = this.get(row, 'profiletype').toLowerCase();
    if (profile === 'zero_touch') return 'SECTION_TYPE_ZERO_TOUCH';
    if (profile === 'sim_lock') return 'SECTION_TYPE_SIM_LOCK';
    if (profile) {
      throw new RowProblem(`invalid ${this.title('profiletype')}: use ZERO_TOUCH or SIM_LOCK`);
    }
    return otherwise ?? 'SECTION_TYPE_ZERO_TOUCH';
  }

  claimOf(row: CsvRecord, defaults: ClaimDefaults): PartnerClaim {
    this.check(row);
    const claim: PartnerClaim = {deviceIdentifier: this.identifierOf(row)};
    claim.sectionType = this.sectionOf(row, defaults.sectionType);
    const owner = this.numberOf(row, 'owner', 'a customer id') || defaults.customerId;
    if (!owner)
      throw new RowProblem('the owner is missing; give a customer id, or choose a customer above');
    claim.customerId = owner;
    const configuration =
      this.numberOf(row, 'profileid', 'the id of a configuration') || defaults.configurationId;
    if (configuration) claim.configurationId = configuration;
    const entries: Record<string, string> = {};
    for (const key of ['phonenumber', 'ordernumber'] as const) {
      const value = this.get(row, key);
      if (value) entries[key] = value;
    }
    if (Object.keys(entries).length > 0) claim.deviceMetadata = {entries};
    return claim;
  }

  unclaimOf(row: CsvRecord, defaults: ClaimDefaults): PartnerUnclaim {
    this.check(row);
    const unclaim: PartnerUnclaim = {};
    const id = this.deviceIdOf(row);
    if (id) {
      unclaim.deviceId = id;
    } else {
      unclaim.deviceIdentifier = this.identifierOf(row);
    }
    unclaim.sectionType = this.sectionOf(row, defaults.sectionType);
    return unclaim;
  }
}

function isPositiveInt64(text: string): boolean {
  if (/^[1-9]\d{0,17}$/.test(text)) return true; // as most are
  if (!/^\d+$/.test(text)) return false;
  const number = BigInt(text);
  return number > 0n && number < 1n << 63n;
}
