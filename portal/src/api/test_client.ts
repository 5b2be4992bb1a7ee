// SPDX-License-Identifier: Apache-2.0
// A program that calls the sandbox as a service account: it signs an assertion, gets an access token
// for it, makes a call, and retries what may succeed later.
import {api} from './client';
import {t} from '../en';

const kScopes =
  'https://www.googleapis.com/auth/androidworkprovisioning ' +
  'https://www.googleapis.com/auth/androidworkzerotouchemm';
const kAttempts = 5;
const kFirstPause = 0.25; // seconds; doubles with each attempt
const kMostShown = 4000; // characters of an answer

type Key = {client_email: string; private_key: string; private_key_id: string; token_uri: string};

export type Attempt = {
  isToken: boolean; // asks for the access token; else makes the call
  status: number; // HTTP; 0 if the answer is lost
  text: string; // of the answer
  pause: number; // seconds until the next attempt; 0: none follows
};

export type Request = {method: 'GET' | 'POST'; path: string; body?: unknown};

const keys = new Map<string, Promise<Key>>(); // by account; the tab keeps them

// Returns a key of the account, which the sandbox makes.
async function keyOf(account: string): Promise<Key> {
  const path = `/sandbox/v1/accounts/${encodeURIComponent(account)}:addKey`;
  const made = keys.get(account) ?? api.post<{credentials: Key}>(path).then(each => each.credentials);
  keys.set(account, made);
  made.catch(() => keys.delete(account));
  return made;
}

function base64Url(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, byte => String.fromCharCode(byte)).join(''))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

async function assertionOf(key: Key): Promise<string> {
  // Browsers sign on https and on loopback only.
  if (!globalThis.crypto?.subtle) throw new Error(t.client.insecure);
  const now = Math.floor(Date.now() / 1000);
  const encode = (value: unknown) => base64Url(new TextEncoder().encode(JSON.stringify(value)));
  const header = {alg: 'RS256', typ: 'JWT', kid: key.private_key_id};
  const claims = {
    iss: key.client_email,
    scope: kScopes,
    aud: key.token_uri,
    iat: now,
    exp: now + 3600,
  };
  const text = `${encode(header)}.${encode(claims)}`;
  const der = atob(key.private_key.replace(/-----[^-]+-----|\s/g, ''));
  const rsa = {name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256'};
  const bytes = Uint8Array.from(der, character => character.charCodeAt(0));
  const signer = await crypto.subtle.importKey('pkcs8', bytes, rsa, false, ['sign']);
  const signature = await crypto.subtle.sign(rsa, signer, new TextEncoder().encode(text));
  return `${text}.${base64Url(new Uint8Array(signature))}`;
}

const mayHelp = (status: number) => status === 0 || status === 429 || (status >= 500 && status !== 501);

// Sends a request until it is answered for good. Tells `report` of each attempt. Returns the text of
// a good answer; null if no answer is good.
async function sendOften(
  url: string,
  init: RequestInit & {signal: AbortSignal},
  isToken: boolean,
  report: (attempt: Attempt) => void,
): Promise<string | null> {
  for (let n = 0; n < kAttempts && !init.signal.aborted; ++n) {
    let status = 0;
    let text: string = t.client.lost;
    let pause = kFirstPause * 2 ** n;
    try {
      const answer = await fetch(url, {...init, credentials: 'omit', cache: 'no-store'});
      const seconds = Number.parseInt(answer.headers.get('Retry-After') ?? '', 10);
      if (seconds > pause) pause = seconds;
      text = await answer.text();
      status = answer.status;
    } catch {
      if (init.signal.aborted) return null;
    }
    const isLast = !mayHelp(status) || n === kAttempts - 1;
    report({isToken, status, text: text.slice(0, kMostShown), pause: isLast ? 0 : pause});
    if (isLast) return status >= 200 && status < 300 ? text : null;
    await new Promise(resolve => setTimeout(resolve, pause * 1000));
  }
  return null;
}

// Makes a call as `account` does, with a new access token. Throws if it gets no key.
export async function callAs(
  account: string,
  {method, path, body}: Request,
  report: (attempt: Attempt) => void,
  signal: AbortSignal,
): Promise<void> {
  const key = await keyOf(account);
  const form = new URLSearchParams({
    grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    assertion: await assertionOf(key),
  });
  const tokenPath = new URL(key.token_uri).pathname;
  const granted = await sendOften(
    tokenPath,
    {method: 'POST', body: form, signal},
    true,
    attempt => report(attempt.status === 200 ? {...attempt, text: ''} : attempt),
  );
  if (granted === null) return;
  const {access_token: token} = JSON.parse(granted) as {access_token: string};
  const headers = {Authorization: `Bearer ${token}`, 'Content-Type': 'application/json'};
  const content = body === undefined ? {} : {body: JSON.stringify(body)};
  await sendOften(path, {method, headers, signal, ...content}, false, report);
}
