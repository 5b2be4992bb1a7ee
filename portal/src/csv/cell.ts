// SPDX-License-Identifier: Apache-2.0
// Undoes or names what spreadsheets do to cells (apps/devices_csv/cell.h, src/model/text.h).

// Unicode's White_Space.
const kSpace = '\\t-\\r \\u0085\\u00A0\\u1680\\u2000-\\u200A\\u2028\\u2029\\u202F\\u205F\\u3000';
// Control characters, Default_Ignorable_Code_Point and interlinear annotations.
const kInvisible =
  '\\u0000-\\u001F\\u007F\\u0080-\\u009F\\u00AD\\u034F\\u061C\\u115F\\u1160\\u17B4\\u17B5' +
  '\\u180B-\\u180F\\u200B-\\u200F\\u202A-\\u202E\\u2060-\\u206F\\u3164\\uFE00-\\uFE0F\\uFEFF\\uFFA0' +
  '\\uFFF0-\\uFFFB\\u{1BCA0}-\\u{1BCA3}\\u{1D173}-\\u{1D17A}\\u{E0000}-\\u{E0FFF}';
const kBlank = new RegExp(`^[${kSpace}${kInvisible}]$`, 'u');
const kAnyDropped = new RegExp(`[-_${kSpace}${kInvisible}]`, 'gu');
const kFirstInvisible = new RegExp(`[${kInvisible}]`, 'u');

const kAsText = 'format the column as text and export the file again';

export type CellKind = 'NUMBER' | 'SERIAL' | 'TEXT';

function isBlank(character: string): boolean {
  const unit = character.charCodeAt(0);
  return !(unit > 0x20 && unit < 0x7f) && kBlank.test(character);
}

function characterBefore(text: string, end: number): string {
  const pair = text.slice(Math.max(0, end - 2), end);
  return pair.codePointAt(0)! > 0xffff ? pair : text.charAt(end - 1);
}

// Returns the text without white space and invisible characters around it.
export function trimCell(text: string): string {
  let begin = 0;
  while (begin < text.length) {
    const character = String.fromCodePoint(text.codePointAt(begin)!);
    if (!isBlank(character)) break;
    begin += character.length;
  }
  let end = text.length;
  while (end > begin) {
    const character = characterBefore(text, end);
    if (!isBlank(character)) break;
    end -= character.length;
  }
  return text.slice(begin, end);
}

// Returns a column's name in lower case, without spaces, hyphens, underscores and invisible
// characters.
export function normalName(title: string): string {
  return title.replace(kAnyDropped, '').replace(/[A-Z]/g, letter => letter.toLowerCase());
}

function numberDamage(cell: string, kind: CellKind): string {
  if (/^\d([.,]\d*[Ee]\+?|[Ee]\+)\d+$/.test(cell)) {
    return `holds ${cell}: a spreadsheet has shortened the number; ${kAsText}`;
  }
  if (/^\d+[.,]0+$/.test(cell)) {
    return `holds ${cell}: a spreadsheet has added a decimal fraction to the number; ${kAsText}`;
  }
  if (kind === 'NUMBER' && /^\d{1,3}([,.'])\d{3}(\1\d{3})*$/.test(cell)) {
    return `holds ${cell}: a spreadsheet has added thousands separators to the number; ${kAsText}`;
  }
  if (kind === 'NUMBER' && cell.startsWith('=')) {
    return `holds ${cell}: this is a spreadsheet's formula; ${kAsText}`;
  }
  if (kind === 'NUMBER' && cell.startsWith('#')) {
    return `holds ${cell}: this is an error of a spreadsheet; correct the cell`;
  }
  if (cell.startsWith("'") || cell.startsWith('\u2019')) {
    return `holds ${cell}: the apostrophe is a spreadsheet's mark for text; remove it`;
  }
  return '';
}

// Returns what is wrong with a cell that a spreadsheet has changed or that cannot be read; empty if
// nothing is. `cell` is trimmed and unmarked. With `isUtf8` false, U+FFFD stands for other bytes.
export function cellProblem(cell: string, kind: CellKind, isUtf8 = true): string {
  if (/^\d*$/.test(cell)) return '';
  if (!isUtf8 && cell.includes('\uFFFD')) return 'is not UTF-8; save the file as "CSV UTF-8"';
  if (cell.startsWith('="')) {
    return `holds ${cell}: this is a spreadsheet's formula for text; ${kAsText}`;
  }
  if (kind !== 'TEXT') {
    const damage = numberDamage(cell, kind);
    if (damage) return damage;
  }
  const invisible = kFirstInvisible.exec(cell)?.[0].codePointAt(0);
  if (invisible !== undefined) {
    const hex = invisible.toString(16).toUpperCase().padStart(4, '0');
    return `has the invisible character U+${hex}; remove it`;
  }
  return '';
}
