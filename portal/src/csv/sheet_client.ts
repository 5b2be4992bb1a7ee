// SPDX-License-Identifier: Apache-2.0
import {t} from '../en';
import {FileProblem} from './csv_text';
import type {Checked, Opened, Outcome, Settings, SheetRow, Shown} from './sheet';
import type {Requests} from './worker';

declare const CSV_WORKER_URL: string;

type Answer = {id: number; value?: unknown; problem?: string; isFile?: boolean};

// A Sheet in a worker. Throws FileProblem for files that cannot be read.
export class SheetClient {
  private readonly worker = new Worker(CSV_WORKER_URL);
  private readonly waiting = new Map<number, [(value: unknown) => void, (error: Error) => void]>();
  private lastId = 0;

  constructor() {
    this.worker.onmessage = (event: MessageEvent<Answer>) => {
      const {id, value, problem, isFile} = event.data;
      const [resolve, reject] = this.waiting.get(id) ?? [];
      this.waiting.delete(id);
      if (problem === undefined) resolve?.(value);
      else reject?.(isFile ? new FileProblem(problem) : new Error(problem));
    };
    // The script of the worker was not there, or the worker has failed.
    this.worker.onerror = () => {
      for (const [, reject] of this.waiting.values()) reject(new Error(t.errors.part));
      this.waiting.clear();
    };
  }

  private ask<T, Type extends keyof Requests = keyof Requests>(
    type: Type,
    data: Requests[Type],
    transfer: Transferable[] = [],
  ): Promise<T> {
    const id = ++this.lastId;
    return new Promise<T>((resolve, reject) => {
      this.waiting.set(id, [resolve as (value: unknown) => void, reject]);
      this.worker.postMessage({id, type, data}, transfer);
    });
  }

  open = (bytes: ArrayBuffer) => this.ask<Opened>('open', {bytes}, [bytes]);
  check = (settings: Settings) => this.ask<Checked>('check', settings);
  body = () => this.ask<string>('body', {});
  results = (bytes: ArrayBuffer) => this.ask<Outcome>('results', {bytes}, [bytes]);
  count = (shown: Shown) => this.ask<number>('count', {shown});
  range = (shown: Shown, from: number, to: number) =>
    this.ask<SheetRow[]>('range', {shown, from, to});
  failedCsv = () => this.ask<string>('failedCsv', {});
  close = () => this.worker.terminate();
}
