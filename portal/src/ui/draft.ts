// SPDX-License-Identifier: Apache-2.0
// Keeps what a person typed into a form through reloads, for this tab: until it is sent, the person
// signs out or the tab is closed.
import {useState} from 'react';
import {useUser} from '../model';

const kPrefix = 'zerotouch-draft-';

// Returns what was kept under `key`; null if nothing was.
function readDraft<Draft>(key: string): Draft | null {
  try {
    return JSON.parse(sessionStorage.getItem(kPrefix + key) ?? 'null') as Draft | null;
  } catch {
    return null; // the browser keeps nothing for this page
  }
}

// Keeps a draft; null forgets the one that was kept.
function keepDraft(key: string, draft: unknown): void {
  try {
    if (draft === null) sessionStorage.removeItem(kPrefix + key);
    else sessionStorage.setItem(kPrefix + key, JSON.stringify(draft));
  } catch {
    // Then a reload loses it: nothing to be done.
  }
}

// Holds what is typed into the form `name`, which begins with `saved`. `typed` is null until something
// is; `forget` goes back to `saved`.
export function useDraft<Fields extends object>(name: string, saved: Fields) {
  const key = `${useUser().email}/${name}`;
  const [typed, setTyped] = useState(() => readDraft<Partial<Fields>>(key));
  const draft: Fields = {...saved, ...typed};
  const set = (changes: Partial<Fields>) => {
    const next = {...typed, ...changes};
    setTyped(next);
    keepDraft(key, next);
  };
  const forget = () => {
    setTyped(null);
    keepDraft(key, null);
  };
  return {draft, set, forget};
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
