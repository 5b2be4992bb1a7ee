// SPDX-License-Identifier: Apache-2.0
// The sandbox's calls as they happen: by server-sent events, or by asking again and again.
import {api} from './client';
import type {Call} from './types';

const kAskAgain = 1500; // ms

export type StreamState = 'connecting' | 'live' | 'polling' | 'broken';

export type CallStream = {
  onCalls: (calls: Call[]) => void; // newest first
  onLost: (count: number) => void;
  onState: (state: StreamState) => void;
};

async function latest(): Promise<Call[]> {
  return (await api.get<{calls?: Call[]}>('/sandbox/v1/calls', {pageSize: 200})).calls ?? [];
}

// Reads events until the stream ends.
async function readEvents(body: ReadableStream<Uint8Array>, use: CallStream): Promise<void> {
  const reader = body
    .pipeThrough(new TextDecoderStream() as unknown as ReadableWritablePair<string, Uint8Array>)
    .getReader();
  let text = '';
  for (;;) {
    const {done, value} = await reader.read();
    if (done) return;
    text += value;
    const events = text.split(/\r?\n\r?\n/);
    text = events.pop() ?? '';
    for (const event of events) {
      const lines = event.split(/\r?\n/);
      const type = lines
        .find(line => line.startsWith('event:'))
        ?.slice(6)
        .trim();
      const data = lines
        .filter(line => line.startsWith('data:'))
        .map(line => line.slice(5).trimStart())
        .join('\n');
      if (type === 'call') use.onCalls([JSON.parse(data) as Call]);
      if (type === 'lost') use.onLost((JSON.parse(data) as {count?: number}).count ?? 0);
    }
  }
}

const pause = (ms: number, signal: AbortSignal) =>
  new Promise<void>(resolve => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });

// Follows the calls until `signal` is aborted.
export async function followCalls(use: CallStream, signal: AbortSignal): Promise<void> {
  let canStream = true;
  while (!signal.aborted) {
    try {
      if (canStream) {
        const answer = await fetch('/sandbox/v1/calls:watch', {
          headers: {Accept: 'text/event-stream'},
          signal,
          credentials: 'omit',
        });
        if (answer.ok && answer.body) {
          use.onState('live');
          use.onCalls(await latest());
          await readEvents(answer.body, use);
          continue; // the server restarted
        }
        canStream = answer.status !== 404 && answer.status !== 501;
      }
      use.onCalls(await latest());
      use.onState('polling');
    } catch {
      if (signal.aborted) return;
      use.onState('broken');
    }
    await pause(kAskAgain, signal);
  }
}
