// SPDX-License-Identifier: Apache-2.0
// Keeps a Sheet off the page's thread.
import {FileProblem} from './csv_text';
import {Sheet, type Settings, type Shown} from './sheet';

export type Requests = {
  open: {bytes: ArrayBuffer};
  check: Settings;
  body: Record<string, never>;
  results: {bytes: ArrayBuffer};
  count: {shown: Shown};
  range: {shown: Shown; from: number; to: number};
  failedCsv: Record<string, never>;
};

let sheet: Sheet | null = null;

function answer(type: keyof Requests, data: Requests[keyof Requests]): unknown {
  if (type === 'open') {
    sheet = new Sheet(new Uint8Array((data as Requests['open']).bytes));
    return sheet.opened();
  }
  if (!sheet) throw new Error('no file');
  switch (type) {
    case 'check':
      return sheet.check(data as Settings);
    case 'body':
      return sheet.body();
    case 'results':
      return sheet.takeResults(new Uint8Array((data as Requests['results']).bytes));
    case 'count':
      return sheet.count((data as Requests['count']).shown);
    case 'range': {
      const {shown, from, to} = data as Requests['range'];
      return sheet.range(shown, from, to);
    }
    case 'failedCsv':
      return sheet.failedCsv();
  }
}

self.onmessage = (
  event: MessageEvent<{id: number; type: keyof Requests; data: Requests[keyof Requests]}>,
) => {
  const {id, type, data} = event.data;
  try {
    self.postMessage({id, value: answer(type, data)});
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    self.postMessage({id, problem: message, isFile: error instanceof FileProblem});
  }
};
