// SPDX-License-Identifier: Apache-2.0
// The cases are those of apps/devices_csv/*_test.cc: both readers follow the same rules.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {cellProblem, normalName, trimCell} from '../src/csv/cell';
import {csvRow, CsvReader, markedCell, unmarkedCell} from '../src/csv/csv';
import {csvText, FileProblem} from '../src/csv/csv_text';
import {DeviceFile, mappingProblem, RowReader} from '../src/csv/device_csv';
import {manufacturerWarning} from '../src/csv/manufacturers';
import {Sheet} from '../src/csv/sheet';

const bytes = (text: string) => new TextEncoder().encode(text);

function read(text: string, separator = ','): [number, string[], string][] {
  const reader = new CsvReader(text, separator);
  const rows: [number, string[], string][] = [];
  for (let row = reader.next(); row; row = reader.next())
    rows.push([row.line, row.fields, row.problem]);
  return rows;
}

function claims(text: string): unknown[] {
  const file = new DeviceFile(bytes(text));
  const reader = new RowReader(file, file.guessed);
  const rows: unknown[] = [];
  for (let row = file.next(); row; row = file.next()) {
    try {
      rows.push(reader.claimOf(row, {customerId: '5'}));
    } catch (error) {
      rows.push((error as Error).message);
    }
  }
  return rows;
}

test('rows end in LF, CRLF or CR; blank rows and separators alone are skipped', () => {
  assert.deepEqual(read('a,b\r\n\r\n1,2\r,\n 3 ,"4"\n'), [
    [1, ['a', 'b'], ''],
    [3, ['1', '2'], ''],
    [5, [' 3 ', '4'], ''],
  ]);
});

test('quoted fields have doubled quotes and separators', () => {
  assert.deepEqual(read('"a ""b"", c" ,d\n'), [[1, ['a "b", c', 'd'], '']]);
});

test('a row that spans lines names them; the next row is read', () => {
  const [row, next] = read('"a\nb",c\nd,e\n');
  assert.match(row![2], /^lines 1 to 2 are one row/);
  assert.deepEqual(next, [3, ['d', 'e'], '']);
});

test('a quotation mark that is never closed costs its own line', () => {
  const rows = read('x\n"open,1\nd,e\n');
  assert.equal(rows[1]![2], 'a quotation mark on line 2 is not closed');
  assert.deepEqual(rows[2], [3, ['d', 'e'], '']);
});

test('text after a closing quotation mark is a problem', () => {
  assert.equal(read('"a"b,c\n')[0]![2], 'there is text after a closing quotation mark');
});

test('a row of more than 64 KiB is a problem and costs one line', () => {
  const rows = read(`${'a'.repeat(70_000)}\nb\n`);
  assert.equal(rows[0]![2], 'the row is longer than 64 KiB');
  assert.deepEqual(rows[1], [2, ['b'], '']);
});

test('cells that a spreadsheet would run are marked, and read back', () => {
  for (const text of [
    '=1+1',
    '+1',
    '-1',
    '@x',
    '\tx',
    '\rx',
    '\nx',
    "'=1",
    "''=1",
    'plain',
    "o'clock",
    "'quoted'",
  ]) {
    const cell = markedCell(text);
    assert.doesNotMatch(cell, /^[=+\-@\t\r\n]/);
    assert.equal(unmarkedCell(cell), text);
  }
  assert.equal(csvRow(['a,b', '"', '']), '"a,b","""",\n');
  assert.equal(csvRow(['']), '""\n');
});

test('cells are trimmed of spaces and invisible characters', () => {
  assert.equal(trimCell('\u00A0\u200B 1\uFEFF'), '1');
  assert.equal(normalName(' Modem_Type-2\u200B'), 'modemtype2');
});

test('what spreadsheets do to numbers is named', () => {
  assert.match(cellProblem('3.56938E+14', 'NUMBER'), /shortened the number/);
  assert.match(cellProblem('3.56938030000013E14', 'NUMBER'), /shortened the number/);
  assert.equal(cellProblem('1E10', 'SERIAL'), '');
  assert.match(cellProblem('=356938035643809', 'NUMBER'), /a spreadsheet's formula/);
  assert.match(cellProblem('#N/A', 'NUMBER'), /an error of a spreadsheet/);
  assert.equal(cellProblem('#7', 'SERIAL'), '');
  assert.match(cellProblem('356938035643809.0', 'NUMBER'), /decimal fraction/);
  assert.match(cellProblem('356,938,035,643,809', 'NUMBER'), /thousands separators/);
  assert.match(cellProblem("'356938035643809", 'NUMBER'), /mark for text/);
  assert.match(cellProblem('="356938035643809"', 'TEXT'), /formula for text/);
  assert.match(cellProblem('35693\u200B8', 'NUMBER'), /U\+200B/);
  assert.match(cellProblem('a\uFFFD', 'TEXT', false), /not UTF-8/);
  assert.equal(cellProblem('99000012E45678', 'NUMBER'), '');
  assert.equal(cellProblem('1,234', 'SERIAL'), '');
});

test('a file that is not CSV is named', () => {
  const problem = (data: Uint8Array) => {
    try {
      csvText(data);
      return '';
    } catch (error) {
      assert.ok(error instanceof FileProblem);
      return error.message;
    }
  };
  assert.match(problem(bytes('PK\x03\x04..xl/workbook')), /an Excel workbook \(\.xlsx\)/);
  assert.match(
    problem(new Uint8Array([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1])),
    /\.xls\)/,
  );
  assert.match(problem(new Uint8Array([0x1f, 0x8b, 8])), /gzip/);
  assert.match(problem(bytes('%PDF-1.7')), /a PDF document/);
  assert.match(problem(bytes(' <!DOCTYPE html>')), /an HTML page/);
  assert.match(problem(bytes(' [{"imei": "1"}]')), /JSON/);
  assert.match(
    problem(new Uint8Array([0x61, 0, 0x62, 0])),
    /UTF-16 text without a byte-order mark/,
  );
  assert.match(problem(new Uint8Array([0xff, 0xfe, 0x61])), /half a character/);
  assert.equal(
    csvText(new Uint8Array([0xff, 0xfe, 0x61, 0, 0x3d, 0xd8, 0, 0xde])).text,
    'a\u{1F600}',
  );
  assert.equal(csvText(new Uint8Array([0xfe, 0xff, 0, 0x61])).text, 'a');
  assert.equal(csvText(bytes('\uFEFFimei')).text, 'imei');
  assert.equal(csvText(new Uint8Array([0xe9])).isUtf8, false);
});

test('the separator is detected, or named by the first line', () => {
  for (const text of [
    'imei;model\n1;a;b',
    'sep=;\r\nimei;model\r\n1;a',
    '"sep=;"\nimei;model\n',
    'imei\tmodel\n',
    'sep=\\t\nimei\tmodel\n',
  ]) {
    assert.deepEqual(new DeviceFile(bytes(text)).titles, ['imei', 'model'], text);
  }
  assert.throws(() => new DeviceFile(bytes('sep=|\nimei\n')), /the first line is sep=\|/);
  assert.throws(() => new DeviceFile(bytes('\n\n')), /the file is empty/);
});

test('rows become claims', () => {
  assert.deepEqual(
    claims(
      'modemtype,modemid,imei2,serial,manufacturer,model,profiletype,owner,profileid,ordernumber\n' +
        "IMEI,1,2,S,Google,Pixel,sim_lock,7,customers/7/configurations/8,'=o\nmeid,A,,,,,,,,\n",
    ),
    [
      {
        deviceIdentifier: {
          imei: '1',
          imei2: '2',
          serialNumber: 'S',
          manufacturer: 'Google',
          model: 'Pixel',
        },
        sectionType: 'SECTION_TYPE_SIM_LOCK',
        customerId: '7',
        configurationId: '8',
        deviceMetadata: {entries: {ordernumber: '=o'}},
      },
      {
        deviceIdentifier: {meid: 'A', imei: undefined},
        sectionType: 'SECTION_TYPE_ZERO_TOUCH',
        customerId: '5',
      },
    ].map(each => JSON.parse(JSON.stringify(each)) as unknown),
  );
});

test('rows that cannot be sent say why', () => {
  assert.deepEqual(
    claims('modemtype,modemid,owner,profiletype\nfax,1,,\nimei,1,x,\nimei,1,,both\nimei,1,,,5\n'),
    [
      'invalid modemtype: use IMEI or MEID',
      'invalid owner: use a customer id, a positive number',
      'invalid profiletype: use ZERO_TOUCH or SIM_LOCK',
      'the row has 5 fields, the header has 4',
    ],
  );
  assert.deepEqual(claims('imei,modemtype,modemid,modemtype2,modemid2\n1,imei,2,imei,3\n'), [
    'the row has more than two IMEIs',
  ]);
  assert.deepEqual(claims('imei,owner\n1,9223372036854775808\n'), [
    'invalid owner: use a customer id, a positive number',
  ]);
});

test('columns that are missing or given twice are named', () => {
  assert.match(mappingProblem(['model']), /modemid, imei, meid, serial or deviceid is missing/);
  assert.match(mappingProblem(['imei', 'imei']), /the column imei appears twice/);
  assert.match(mappingProblem(['modemid']), /must be used together/);
  assert.equal(mappingProblem([null, 'meid']), '');
});

test('results of an earlier run are read by their device id and replaced', () => {
  const sheet = new Sheet(bytes('imei,status,deviceId,errorIdentifier,errorMessage\n1,X,42,,\n'));
  const checked = sheet.check({mode: 'unclaim', mapping: sheet.opened().guessed, defaults: {}});
  assert.equal(checked.toSend, 1);
  assert.deepEqual(JSON.parse(sheet.body()), {
    unclaims: [{deviceId: '42', sectionType: 'SECTION_TYPE_ZERO_TOUCH'}],
  });
});

test('a sheet keeps rows that failed, with cells that no spreadsheet runs', () => {
  const sheet = new Sheet(bytes('imei,note\n1,=cmd\n3.5E+14,b\n1,again\n'));
  const checked = sheet.check({
    mode: 'claim',
    mapping: ['imei', null],
    defaults: {customerId: '5'},
  });
  assert.deepEqual(
    [checked.rows, checked.toSend, checked.problems, checked.warnings],
    [3, 2, 1, 1],
  );
  assert.equal(sheet.range('all', 2, 3)[0]!.warning, 'the same device as in line 2');
  const outcome = sheet.takeResults(
    bytes(
      JSON.stringify({
        response: {
          perDeviceStatus: [
            {
              result: {
                status: 'SINGLE_DEVICE_STATUS_OTHER_ERROR',
                errorIdentifier: 'E',
                errorMessage: '=bad',
              },
            },
            {result: {status: 'SINGLE_DEVICE_STATUS_SUCCESS', deviceId: '9'}},
          ],
        },
      }),
    ),
  );
  assert.deepEqual(outcome, {succeeded: 1, failed: 1});
  const lines = sheet.failedCsv().split('\n');
  assert.equal(lines[0], 'imei,note,status,deviceId,errorIdentifier,errorMessage');
  assert.equal(lines[1], "1,=cmd,SINGLE_DEVICE_STATUS_OTHER_ERROR,,E,'=bad");
  assert.match(lines[2]!, /^3\.5E\+14,b,NOT_SENT,,,imei holds/);
  assert.equal(lines.length, 4);
});

test('another mapping is checked from the start', () => {
  const sheet = new Sheet(bytes('a,b\n"x\n1,2\n'));
  assert.equal(
    sheet.check({mode: 'claim', mapping: [null, null], defaults: {}}).problem !== '',
    true,
  );
  const wrong = sheet.check({mode: 'claim', mapping: ['owner', 'imei'], defaults: {}});
  assert.deepEqual([wrong.toSend, wrong.problems], [1, 1]);
  const right = sheet.check({mode: 'claim', mapping: ['imei', null], defaults: {customerId: '5'}});
  assert.deepEqual([right.toSend, right.problems], [1, 1]);
});

test('a manufacturer that is nearly a known one is doubted', () => {
  assert.equal(manufacturerWarning('Samsung'), '');
  assert.match(manufacturerWarning('samsnug'), /did you mean the manufacturer "samsung"/);
  assert.match(manufacturerWarning('Nobody'), /not a common manufacturer/);
});
