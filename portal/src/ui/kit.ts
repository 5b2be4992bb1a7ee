// SPDX-License-Identifier: Apache-2.0
// The parts that pages are made of.
export * from './buttons';
export * from './dialogs';
export * from './fields';
export * from './notes';
export * from './page';
