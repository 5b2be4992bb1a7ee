// SPDX-License-Identifier: Apache-2.0
// Holds the session, and its access token, which is kept in memory only.
import {t} from '../en';
import {errorOf, reach} from './error';

export type Account = {
  email: string;
  partnerId?: string;
  partnerName?: string;
  customers?: {customerId: string; companyName: string}[];
};

export type Session =
  | {mode: 'SANDBOX' | 'OIDC'; signedIn: false; accounts?: Account[]; sandboxControls?: boolean}
  | {
      mode: 'SANDBOX' | 'OIDC';
      signedIn: true;
      user: {
        email: string;
        name?: string;
        role?: string;
        partnerId?: string;
        partnerRole?: string;
        customerIds?: string[];
        customerRoles?: string[]; // of each of customerIds
      };
      csrf: string;
      expireTime?: string;
      sandboxControls?: boolean;
    };

// The session has ended: a dialog asks to sign in again.
export class SessionError extends Error {
  constructor() {
    super(t.session.expired);
  }
}

let csrf = '';
let token: {value: string; until: number} | null = null;
let pending: Promise<string> | null = null;
let expired = false;
const listeners = new Set<() => void>();

function setExpired(value: boolean): void {
  if (expired === value) return;
  expired = value;
  listeners.forEach(listener => listener());
}

// Is true once the server has refused the session that this page was opened with.
export const sessionExpiry = {
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  get: () => expired,
};

async function call(method: string, path: string, body?: unknown): Promise<Response> {
  const headers: Record<string, string> = {};
  if (method !== 'GET') {
    headers['Content-Type'] = 'application/json';
    headers['X-CSRF-Token'] = csrf;
  }
  return reach(path, {
    method,
    headers,
    body: body === undefined ? null : JSON.stringify(body),
    credentials: 'same-origin',
    cache: 'no-store',
  });
}

// Reads the session from the server.
export async function readSession(): Promise<Session> {
  const answer = await call('GET', '/portal/session');
  if (!answer.ok) throw await errorOf(answer);
  const session = (await answer.json()) as Session;
  token = null;
  if (session.signedIn) {
    csrf = session.csrf;
    setExpired(false);
  }
  return session;
}

// Signs in as an account of the sandbox.
export async function signIn(account: string): Promise<void> {
  const answer = await call('POST', '/portal/session', {account});
  if (!answer.ok) throw await errorOf(answer);
}

export async function signOut(): Promise<void> {
  const answer = await call('DELETE', '/portal/session');
  if (!answer.ok && answer.status !== 401) throw await errorOf(answer);
  token = null;
}

export function loginUrl(): string {
  return `/portal/login?return=${encodeURIComponent(location.pathname + location.search)}`;
}

export function forgetToken(): void {
  token = null;
}

async function fetchToken(): Promise<string> {
  const answer = await call('POST', '/portal/token', {});
  if (answer.status === 401 || answer.status === 403) {
    setExpired(true);
    throw new SessionError();
  }
  if (!answer.ok) throw await errorOf(answer);
  const {accessToken, expiresIn} = (await answer.json()) as {
    accessToken: string;
    expiresIn: number;
  };
  const kEarlier = 30; // seconds before it expires
  token = {value: accessToken, until: Date.now() + (Number(expiresIn) - kEarlier) * 1000};
  return accessToken;
}

// Returns an access token; asks the server for one if no token is known, or it expires soon.
export async function accessToken(): Promise<string> {
  if (token && token.until > Date.now()) return token.value;
  pending ??= fetchToken().finally(() => (pending = null));
  return pending;
}
