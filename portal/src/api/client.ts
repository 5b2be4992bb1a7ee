// SPDX-License-Identifier: Apache-2.0
// Calls the API as every other client does.
import {ApiError, errorOf, lostError, reach} from './error';
import {accessToken, forgetToken} from './session';

export {ApiError};

export type CallOptions = {
  signal?: AbortSignal | undefined;
  query?: Record<string, string | number | boolean | undefined> | undefined;
};

function urlOf(path: string, query: CallOptions['query']): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== '') params.set(name, String(value));
  }
  const text = params.toString();
  return text ? `${path}?${text}` : path;
}

// Makes a call and returns its answer, whose status is 2xx. `body` is JSON text, or a value.
export async function send(
  method: string,
  path: string,
  body?: unknown,
  options: CallOptions = {},
): Promise<Response> {
  const isSandbox = path.startsWith('/sandbox/');
  for (let attempt = 0; ; ++attempt) {
    const headers: Record<string, string> = {};
    if (!isSandbox) headers['Authorization'] = `Bearer ${await accessToken()}`;
    if (method !== 'GET') headers['Content-Type'] = 'application/json';
    const answer = await reach(urlOf(path, options.query), {
      method,
      headers,
      body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body),
      credentials: 'omit',
      ...(options.signal ? {signal: options.signal} : {}),
    });
    if (answer.ok) return answer;
    const failure = await errorOf(answer);
    if (failure.status !== 401 || isSandbox || attempt > 0) throw failure;
    forgetToken(); // it was revoked, or made before the registry was put back
  }
}

// Makes a call and returns what its answer holds.
async function call<T>(...[method, ...rest]: Parameters<typeof send>): Promise<T> {
  const answer = await send(method, ...rest);
  try {
    const text = await answer.text();
    return (text === '' ? {} : JSON.parse(text)) as T;
  } catch (error) {
    if (rest[2]?.signal?.aborted) throw error;
    throw lostError(method, answer);
  }
}

export const api = {
  get: <T>(path: string, query?: CallOptions['query'], signal?: AbortSignal) =>
    call<T>('GET', path, undefined, {query, signal}),
  post: <T>(path: string, body: unknown = {}, options?: CallOptions) =>
    call<T>('POST', path, body, options),
  patch: <T>(path: string, body: unknown, query?: CallOptions['query']) =>
    call<T>('PATCH', path, body, query ? {query} : {}),
  delete: <T>(path: string) => call<T>('DELETE', path),
};

// Reads all pages of a list.
export async function allPages<Page extends {nextPageToken?: string}, Item>(
  path: string,
  items: (page: Page) => Item[] | undefined,
  pageSize?: number,
): Promise<Item[]> {
  const all: Item[] = [];
  let pageToken: string | undefined;
  do {
    const page: Page = await api.get<Page>(path, {pageSize, pageToken});
    all.push(...(items(page) ?? []));
    pageToken = page.nextPageToken;
  } while (pageToken);
  return all;
}
