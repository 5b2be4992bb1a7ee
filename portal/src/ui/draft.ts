// SPDX-License-Identifier: Apache-2.0
// Keeps what a person typed into a long form through reloads, for this tab: until it is sent, the
// person signs out or the tab is closed.

const kPrefix = 'zerotouch-draft-';

// Returns what was kept under `key`; null if nothing was.
export function readDraft<Draft>(key: string): Draft | null {
  try {
    return JSON.parse(sessionStorage.getItem(kPrefix + key) ?? 'null') as Draft | null;
  } catch {
    return null; // the browser keeps nothing for this page
  }
}

// Keeps a draft; null forgets the one that was kept.
export function keepDraft(key: string, draft: unknown): void {
  try {
    if (draft === null) sessionStorage.removeItem(kPrefix + key);
    else sessionStorage.setItem(kPrefix + key, JSON.stringify(draft));
  } catch {
    // Then a reload loses it: nothing to be done.
  }
}

export function forgetDrafts(): void {
  try {
    for (const key of Object.keys(sessionStorage)) {
      if (key.startsWith(kPrefix)) sessionStorage.removeItem(key);
    }
  } catch {
    // Nothing was kept.
  }
}
