// SPDX-License-Identifier: Apache-2.0
// From a file's bytes to its text (apps/devices_csv/csv_text.h).

// Says what is wrong with a file as a whole, and what to do.
export class FileProblem extends Error {}

const kSaveAs = 'save it as "CSV UTF-8"';
// Bytes at the beginning of a file in which its kind shows.
const kKindBytes = 4096;

// Returns what a file is that begins like this; empty if it may be CSV.
function kindOf(begin: string): string {
  if (begin.startsWith('PK\x03\x04')) {
    if (begin.includes('vnd.oasis.opendocument')) return 'an OpenDocument spreadsheet (.ods)';
    if (begin.includes('Index/Document.iwa')) return 'a Numbers spreadsheet (.numbers)';
    if (['[Content_Types].xml', 'xl/', '_rels/'].some(mark => begin.includes(mark))) {
      return 'an Excel workbook (.xlsx)';
    }
    return 'a ZIP archive';
  }
  const starts = (...bytes: number[]) => bytes.every((byte, i) => begin.charCodeAt(i) === byte);
  if (starts(0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1)) return 'an Excel workbook (.xls)';
  if (starts(0x1f, 0x8b)) return 'compressed with gzip';
  if (begin.startsWith('%PDF-')) return 'a PDF document';
  if (starts(0xff, 0xfe, 0, 0) || starts(0, 0, 0xfe, 0xff)) return 'UTF-32 text';
  const first = begin
    .slice(0, 64)
    .toLowerCase()
    .replace(/^[ \t\r\n\xef\xbb\xbf]+/, '');
  if (first.startsWith('<!doctype html') || first.startsWith('<html')) return 'an HTML page';
  if (first.startsWith('<?xml')) return 'an XML document';
  if (first.startsWith('{') || first.startsWith('[')) return 'JSON';
  return '';
}

function bytesAsText(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

// Returns the text of a file, without a byte-order mark. `isUtf8` is false if some bytes are neither
// UTF-8 nor UTF-16 with a mark; they became U+FFFD. Throws FileProblem if it is no text.
export function csvText(bytes: Uint8Array): {text: string; isUtf8: boolean} {
  const begin = bytesAsText(bytes.subarray(0, kKindBytes));
  const notCsv = (kind: string) => new FileProblem(`the file is ${kind}, not CSV; ${kSaveAs}`);
  const kind = kindOf(begin);
  if (kind) throw notCsv(kind);
  const isLittle = begin.startsWith('\xff\xfe');
  if (isLittle || begin.startsWith('\xfe\xff')) {
    if (bytes.length % 2 !== 0) {
      throw new FileProblem(
        `the file is UTF-16 with half a character at its end: it is incomplete; ${kSaveAs}`,
      );
    }
    const decoder = new TextDecoder(isLittle ? 'utf-16le' : 'utf-16be');
    return {text: decoder.decode(bytes), isUtf8: true};
  }
  const zeros = begin.split('\0').length - 1;
  if (zeros > 0) {
    throw notCsv(zeros * 3 > begin.length ? 'UTF-16 text without a byte-order mark' : 'binary');
  }
  try {
    return {text: new TextDecoder('utf-8', {fatal: true}).decode(bytes), isUtf8: true};
  } catch {
    return {text: new TextDecoder('utf-8').decode(bytes), isUtf8: false};
  }
}
