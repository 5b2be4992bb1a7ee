// SPDX-License-Identifier: Apache-2.0
// Reads and writes CSV by the rules of the command line (apps/devices_csv/csv.h).

// A row of a file.
export type CsvRecord = {
  line: number; // of the file, where the row begins, from 1
  fields: string[]; // without quotes
  problem: string; // why the row cannot be read; empty if it can
};

// Longest row, in UTF-16 code units. A quotation mark that is not closed ends there.
const kRecordUnits = 64 << 10;

const kQuote = 34;
const kLf = 10;
const kCr = 13;
const kSpace = 32;
const kTab = 9;

// Is true for a field that is more than spaces, tabs and line ends.
function hasContent(field: string): boolean {
  return field.charCodeAt(0) > kSpace || /[^ \t\r\n]/.test(field);
}

export class CsvReader {
  private at = 0;
  private begin = 0; // of the record being read

  constructor(
    private readonly text: string,
    private readonly separator: string,
    private line = 1,
  ) {}

  // Returns the next row that has content; null at the end.
  next(): CsvRecord | null {
    for (;;) {
      const record = this.readRecord();
      if (!record) return null;
      if (record.problem) return record;
      if (record.fields.some(hasContent)) return record;
      // A quoted blank field alone is a row that a program wrote.
      if (record.fields.length === 1 && this.text.charCodeAt(this.begin) === kQuote) return record;
    }
  }

  private readRecord(): CsvRecord | null {
    if (this.at >= this.text.length) return null;
    this.begin = this.at;
    const record: CsvRecord = {line: this.line, fields: [], problem: ''};
    if (!this.readFields(record)) {
      if (this.at > this.begin) {
        // the row spans lines, and ends
        record.fields = [this.text.slice(this.begin, this.at)];
      } else {
        this.at = this.begin;
        this.line = record.line;
        const end = this.lineEnd(this.at);
        record.fields = [this.text.slice(this.at, Math.min(end, this.at + kRecordUnits))];
        this.at = end;
      }
    }
    this.skipLineEnd();
    return record;
  }

  private readFields(record: CsvRecord): boolean {
    const separator = this.separator.charCodeAt(0);
    for (;;) {
      const begin = this.at;
      this.skipSpaces(separator);
      if (this.text.charCodeAt(this.at) === kQuote) {
        const field = this.readQuoted(record, separator);
        if (field === null) return false;
        record.fields.push(field);
      } else {
        this.at = this.fieldEnd(this.at, separator);
        record.fields.push(this.text.slice(begin, this.at));
      }
      if (this.at - this.begin > kRecordUnits) {
        record.problem = 'the row is longer than 64 KiB';
        this.at = this.begin; // costs one line
        return false;
      }
      if (this.isAtLineEnd()) break;
      ++this.at; // the separator
    }
    if (this.line === record.line) return true;
    record.problem =
      `lines ${record.line} to ${this.line} are one row, because a quotation mark is closed only ` +
      'on a later line; correct the quotation marks';
    return false;
  }

  // Returns the text of a quoted field; null after it has set the problem.
  private readQuoted(record: CsvRecord, separator: number): string | null {
    const line = this.line;
    const end = Math.min(this.text.length, this.begin + kRecordUnits);
    let field = '';
    let from = ++this.at;
    for (; this.at < end; ++this.at) {
      const c = this.text.charCodeAt(this.at);
      if (c === kQuote) {
        if (this.text.charCodeAt(this.at + 1) !== kQuote) break;
        field += this.text.slice(from, this.at);
        from = ++this.at;
      } else if (c === kLf || (c === kCr && this.text.charCodeAt(this.at + 1) !== kLf)) {
        ++this.line;
      }
    }
    field += this.text.slice(from, this.at);
    if (this.at >= end) {
      record.problem = `a quotation mark on line ${line} is not closed`;
      this.at = this.begin;
      return null;
    }
    ++this.at;
    this.skipSpaces(separator);
    if (this.isAtLineEnd() || this.text.charCodeAt(this.at) === separator) return field;
    record.problem =
      this.line === line
        ? 'there is text after a closing quotation mark'
        : `a quotation mark on line ${line} is not closed before line ${this.line}`;
    this.at = this.begin;
    return null;
  }

  private skipSpaces(separator: number): void {
    for (; ; ++this.at) {
      const c = this.text.charCodeAt(this.at);
      if ((c !== kSpace && c !== kTab) || c === separator) return;
    }
  }

  private fieldEnd(from: number, separator: number): number {
    const {text} = this;
    const {length} = text;
    for (let i = from; i < length; ++i) {
      const c = text.charCodeAt(i);
      if (c === separator || c === kLf || c === kCr) return i;
    }
    return length;
  }

  private isAtLineEnd(): boolean {
    const c = this.text.charCodeAt(this.at);
    return c === kLf || c === kCr || this.at >= this.text.length;
  }

  private skipLineEnd(): void {
    if (this.at >= this.text.length) return;
    if (this.text.charCodeAt(this.at) === kCr && this.text.charCodeAt(this.at + 1) === kLf)
      ++this.at;
    ++this.at;
    ++this.line;
  }

  private lineEnd(from: number): number {
    for (let i = from; i < this.text.length; ++i) {
      const c = this.text.charCodeAt(i);
      if (c === kLf || c === kCr) return i;
    }
    return this.text.length;
  }
}

// Is true if a spreadsheet runs `text`, once it has dropped the apostrophes.
function isFormula(text: string): boolean {
  if (/^[0-9A-Za-z]/.test(text)) return false; // as most cells are
  return /^'*[=+\-@\t\r\n]/.test(text);
}

// Returns `text` as a cell that no spreadsheet runs as a formula: one that begins like a formula
// gets an apostrophe, the mark of spreadsheets for text.
export function markedCell(text: string): string {
  return isFormula(text) ? `'${text}` : text;
}

// Returns the text of a cell that markedCell, or a person, has marked.
export function unmarkedCell(cell: string): string {
  return cell.startsWith("'") && isFormula(cell) ? cell.slice(1) : cell;
}

// Returns a row with its line end. Fields are quoted only if they need it.
export function csvRow(fields: string[]): string {
  const isBlank = fields.length === 1 && /^[ \t\r\n]*$/.test(fields[0] ?? '');
  const cells = fields.map(field =>
    isBlank || /[,"\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field,
  );
  return `${cells.join(',')}\n`;
}
