// SPDX-License-Identifier: Apache-2.0
import {csvRow} from './csv';

// Returns a valid IMEI, another one for each number below 10^12. No phone has it: the first digits
// are those of test devices.
export function exampleImei(number: number): string {
  const digits = `00${String(number).padStart(12, '0')}`;
  let sum = 0;
  for (let i = 0; i < digits.length; ++i) {
    const value = Number(digits[i]) * (i % 2 === 1 ? 2 : 1);
    sum += value > 9 ? value - 9 : value;
  }
  return `${digits}${(10 - (sum % 10)) % 10}`;
}

// Returns a file of devices that do not exist.
export function exampleCsv(rows: number): string {
  let text = csvRow(['imei', 'serial', 'model', 'manufacturer']);
  for (let i = 1; i <= rows; ++i) {
    text += csvRow([exampleImei(i), `EXAMPLE${i}`, 'Pixel 9', 'Google']);
  }
  return text;
}
