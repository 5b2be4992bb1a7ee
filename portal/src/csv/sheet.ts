// SPDX-License-Identifier: Apache-2.0
// A file of devices that a person is about to send: its rows, what is wrong with them, and what
// the server says about them. Runs in a worker; the page talks to it by sheet_client.ts.
import type {Operation, PartnerClaim, PartnerUnclaim} from '../api/types';
import {csvRow, markedCell, type CsvRecord} from './csv';
import {
  DeviceFile,
  kResultColumns,
  mappingProblem,
  RowProblem,
  RowReader,
  type ClaimDefaults,
  type Mapping,
} from './device_csv';
import {manufacturerWarning} from './manufacturers';

export type Mode = 'claim' | 'unclaim';
export type Settings = {mode: Mode; mapping: Mapping; defaults: ClaimDefaults};
export type Opened = {titles: string[]; guessed: Mapping; sample: string[][]; rows: number};
export type Checked = {
  problem: string; // with the mapping: no row has been read
  rows: number;
  toSend: number;
  problems: number;
  warnings: number;
};
export type Outcome = {succeeded: number; failed: number};
export type Shown = 'all' | 'problems' | 'failed';
export type SheetRow = {
  line: number;
  cells: string[];
  problem: string;
  warning: string;
  status: string; // from the server; empty before
  message: string;
};

type Row = CsvRecord & {
  unreadable: string; // why the text of the row cannot be read, whatever the mapping is
  item: PartnerClaim | PartnerUnclaim | null;
  warning: string;
  result: {status: string; deviceId: string; errorIdentifier: string; errorMessage: string} | null;
};

// Most items that a call takes.
export const kMostItems = 100_000;

export class Sheet {
  private file: DeviceFile;
  private rows: Row[] = [];
  private mode: Mode = 'claim';
  private shown: Partial<Record<Shown, Row[]>> = {};

  constructor(bytes: Uint8Array) {
    this.file = new DeviceFile(bytes);
    for (let row = this.file.next(); row; row = this.file.next()) {
      const {line, fields, problem} = row; // a spread of the row takes longer than reading it
      this.rows.push({
        line,
        fields,
        problem,
        unreadable: problem,
        item: null,
        warning: '',
        result: null,
      });
    }
  }

  opened(): Opened {
    return {
      titles: this.file.titles,
      guessed: this.file.guessed,
      sample: this.rows.slice(0, 3).map(row => row.fields),
      rows: this.rows.length,
    };
  }

  check({mode, mapping, defaults}: Settings): Checked {
    this.mode = mode;
    this.shown = {};
    const counts: Checked = {
      problem: mappingProblem(mapping, this.file.resultId >= 0),
      rows: this.rows.length,
      toSend: 0,
      problems: 0,
      warnings: 0,
    };
    if (counts.problem) return counts;
    const reader = new RowReader(this.file, mapping);
    const seen = new Map<string, number>();
    for (const row of this.rows) {
      row.problem = row.unreadable;
      row.item = null;
      row.warning = '';
      row.result = null;
      this.readRow(row, reader, defaults, seen);
      if (row.problem) ++counts.problems;
      if (row.warning) ++counts.warnings;
    }
    counts.toSend = counts.rows - counts.problems;
    return counts;
  }

  private readRow(
    row: Row,
    reader: RowReader,
    defaults: ClaimDefaults,
    seen: Map<string, number>,
  ): void {
    try {
      row.item =
        this.mode === 'claim' ? reader.claimOf(row, defaults) : reader.unclaimOf(row, defaults);
    } catch (error) {
      if (!(error instanceof RowProblem)) throw error;
      row.problem = error.message;
      return;
    }
    const identifier = row.item.deviceIdentifier ?? {};
    const key =
      'deviceId' in row.item && row.item.deviceId
        ? row.item.deviceId
        : `${identifier.imei ?? identifier.meid ?? `${identifier.serialNumber}/${identifier.model}`}`;
    const earlier = seen.get(`${row.item.sectionType} ${key}`);
    if (earlier !== undefined) {
      row.warning = `the same device as in line ${earlier}`;
    } else {
      seen.set(`${row.item.sectionType} ${key}`, row.line);
      row.warning = manufacturerWarning(identifier.manufacturer ?? '');
    }
  }

  // Returns the body of the call.
  body(): string {
    const items = this.rows.filter(row => row.item).map(row => row.item);
    return JSON.stringify(this.mode === 'claim' ? {claims: items} : {unclaims: items});
  }

  // Takes what the server says about the items that it was sent, in their order.
  takeResults(answer: Uint8Array): Outcome {
    const operation = JSON.parse(new TextDecoder().decode(answer)) as Operation;
    const results = operation.response?.perDeviceStatus ?? [];
    const outcome: Outcome = {succeeded: 0, failed: 0};
    let next = 0;
    for (const row of this.rows) {
      if (!row.item) continue;
      const result = results[next++]?.result ?? {};
      row.result = {
        status: result.status ?? '',
        deviceId: result.deviceId ?? '',
        errorIdentifier: result.errorIdentifier ?? '',
        errorMessage: result.errorMessage ?? '',
      };
      if (row.result.status === 'SINGLE_DEVICE_STATUS_SUCCESS') ++outcome.succeeded;
      else ++outcome.failed;
    }
    this.shown = {};
    return outcome;
  }

  private select(shown: Shown): Row[] {
    return (this.shown[shown] ??= this.rows.filter(row => {
      if (shown === 'problems') return row.problem !== '' || row.warning !== '';
      if (shown === 'failed') {
        return row.problem !== '' || (row.result && !row.result.status.endsWith('_SUCCESS'));
      }
      return true;
    }));
  }

  count(shown: Shown): number {
    return this.select(shown).length;
  }

  range(shown: Shown, from: number, to: number): SheetRow[] {
    return this.select(shown)
      .slice(from, to)
      .map(row => ({
        line: row.line,
        cells: row.fields,
        problem: row.problem,
        warning: row.warning,
        status: row.result?.status ?? '',
        message: row.result?.errorMessage ?? '',
      }));
  }

  // Returns the rows that were not sent or failed, as a file that can be corrected and sent again.
  failedCsv(): string {
    const kept = this.file.titles.map((_, i) => i).filter(i => !this.file.isResult(i));
    let text = csvRow([...kept.map(i => this.file.titles[i]!), ...kResultColumns]);
    for (const row of this.select('failed')) {
      // Input columns are written as they came.
      const input = kept.map(i => row.fields[i] ?? '');
      const {result} = row;
      text += csvRow([
        ...input,
        ...[
          row.problem ? 'NOT_SENT' : (result?.status ?? ''),
          result?.deviceId ?? '',
          result?.errorIdentifier ?? '',
          row.problem || (result?.errorMessage ?? ''),
        ].map(markedCell),
      ]);
    }
    return text;
  }
}
