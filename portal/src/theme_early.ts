// SPDX-License-Identifier: Apache-2.0
// Runs before the page is painted: puts on the theme that the person chose earlier.
import {applyTheme, storedTheme} from './theme';

applyTheme(storedTheme());
