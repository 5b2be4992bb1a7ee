// SPDX-License-Identifier: Apache-2.0
export type Theme = 'system' | 'light' | 'dark';

const kKey = 'openzerotouch.theme';

// Returns the theme that the person chose on this browser.
export function storedTheme(): Theme {
  try {
    const text = localStorage.getItem(kKey);
    return text === 'light' || text === 'dark' ? text : 'system';
  } catch {
    return 'system'; // storage is switched off
  }
}

export function applyTheme(theme: Theme): void {
  document.documentElement.dataset['theme'] = theme;
}

export function chooseTheme(theme: Theme): void {
  applyTheme(theme);
  try {
    localStorage.setItem(kKey, theme);
  } catch {
    // It lasts until the page is closed.
  }
}
