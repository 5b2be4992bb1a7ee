// SPDX-License-Identifier: Apache-2.0

// Returns the fewest letters to insert, delete or replace to turn `a` into `b`.
export function editDistance(a: string, b: string): number {
  const row = Array.from({length: b.length + 1}, (_, j) => j);
  for (let i = 1; i <= a.length; ++i) {
    let diagonal = row[0]!;
    row[0] = i;
    for (let j = 1; j <= b.length; ++j) {
      const replaced = diagonal + (a[i - 1] === b[j - 1] ? 0 : 1);
      diagonal = row[j]!;
      row[j] = Math.min(replaced, diagonal + 1, row[j - 1]! + 1);
    }
  }
  return row[b.length]!;
}
