// SPDX-License-Identifier: Apache-2.0
declare module '*.svg' {
  const url: string;
  export default url;
}
declare module '*.css';
