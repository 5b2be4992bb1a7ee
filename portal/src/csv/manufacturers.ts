// SPDX-License-Identifier: Apache-2.0
import {editDistance} from '../extras/edit_distance';

// Lists the manufacturers that phones report (Build.MANUFACTURER). A device is found by what it
// reports: one that is registered under another spelling never starts zero-touch.
const kKnown = [
  'Acer',
  'Alcatel',
  'asus',
  'Bluebird',
  'Cat',
  'CipherLab',
  'Crosscall',
  'Datalogic',
  'Doogee',
  'Fairphone',
  'Fujitsu',
  'Google',
  'HMD Global',
  'Honeywell',
  'HONOR',
  'HTC',
  'HUAWEI',
  'INFINIX',
  'Janam',
  'Kyocera',
  'LGE',
  'Lenovo',
  'M3Mobile',
  'Meizu',
  'motorola',
  'Newland',
  'Nokia',
  'Nothing',
  'OnePlus',
  'OPPO',
  'Panasonic',
  'Point Mobile',
  'Positivo',
  'realme',
  'samsung',
  'Seuic',
  'SHARP',
  'Sonim',
  'Sony',
  'TCL',
  'TECNO',
  'Ulefone',
  'Unitech',
  'Urovo',
  'vivo',
  'Wiko',
  'Xiaomi',
  'Zebra Technologies',
  'ZTE',
];
const kLower = new Map(kKnown.map(name => [name.toLowerCase(), name]));

function warningOf(name: string): string {
  const lower = name.toLowerCase();
  if (name === '' || kLower.has(lower)) return '';
  for (const [known, spelling] of kLower) {
    const most = known.length > 6 ? 2 : 1;
    if (known.length <= 3 || Math.abs(known.length - lower.length) > most) continue;
    if (editDistance(lower, known) <= most) return `did you mean the manufacturer "${spelling}"?`;
  }
  return `"${name}" is not a common manufacturer: use exactly what the device reports, or it never starts zero-touch`;
}

// A file names few manufacturers many times.
const kKept = 1000;
const kept = new Map<string, string>();

// Returns what may be wrong with a manufacturer's name; empty if it is known.
export function manufacturerWarning(name: string): string {
  let warning = kept.get(name);
  if (warning === undefined) {
    warning = warningOf(name);
    if (kept.size < kKept) kept.set(name, warning);
  }
  return warning;
}
