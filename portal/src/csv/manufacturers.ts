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

// Returns what may be wrong with a manufacturer's name; empty if it is known.
export function manufacturerWarning(name: string): string {
  const lower = name.toLowerCase();
  if (name === '' || kLower.has(lower)) return '';
  for (const [known, spelling] of kLower) {
    const near = known.length > 3 && editDistance(lower, known) <= (known.length > 6 ? 2 : 1);
    if (near) return `did you mean the manufacturer "${spelling}"?`;
  }
  return `"${name}" is not a common manufacturer: use exactly what the device reports, or it never starts zero-touch`;
}
