// SPDX-License-Identifier: Apache-2.0
// Tells what is missing, what went wrong, and what goes on.
import {useSyncExternalStore, type ReactNode} from 'react';
import {ApiError} from '../api/client';
import {SessionError} from '../api/session';
import {t} from '../en';
import {Button} from './buttons';

// Says that there is nothing yet, and what to do.
export function Empty({
  title,
  children,
  action,
}: {
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div className="empty">
      <p className="empty-title">{title}</p>
      {children && <p>{children}</p>}
      {action}
    </div>
  );
}

export function Loading() {
  return (
    <p className="loading" role="status">
      <span className="spinner" aria-hidden="true" /> {t.loading}
    </p>
  );
}

// Returns what to do about an error whose message does not say it.
function adviceOf({status, retryAfter, message}: ApiError): string {
  if (status === 429 || retryAfter) return t.errors.wait(retryAfter ?? 0);
  if (status >= 500 && message !== t.errors.foreign) return t.errors.server;
  return '';
}

// Shows what went wrong, with the id by which the operator finds the call in the log.
export function ErrorNote({error, retry}: {error: unknown; retry?: () => void}) {
  if (!error || error instanceof SessionError) return null;
  const {message, status, code, reason, requestId} =
    error instanceof ApiError
      ? error
      : new ApiError(0, '', error instanceof Error ? error.message : String(error));
  const advice = error instanceof ApiError && adviceOf(error);
  return (
    <div className="note danger" role="alert">
      <p>
        <strong>{reason === 'TOS' ? t.errors.terms : message}</strong>
      </p>
      {advice && <p>{advice}</p>}
      {status > 0 && (
        <p className="note-detail">
          <span>
            {t.errors.status}{' '}
            <code>
              {status} {code}
            </code>
          </span>
          {reason && (
            <span>
              {t.errors.reason} <code>{reason}</code>
            </span>
          )}
          {requestId && (
            <span>
              {t.errors.requestId} <code>{requestId}</code>
            </span>
          )}
        </p>
      )}
      {retry && <Button onPress={retry}>{t.retry}</Button>}
    </div>
  );
}

export function Note({
  tone = 'info',
  children,
}: {
  tone?: 'info' | 'warn' | 'ok' | 'danger';
  children: ReactNode;
}) {
  return <div className={`note ${tone}`}>{children}</div>;
}

export function Badge({
  tone = 'plain',
  children,
}: {
  tone?: 'plain' | 'ok' | 'warn' | 'danger' | 'accent';
  children: ReactNode;
}) {
  return <span className={`badge ${tone}`}>{children}</span>;
}

export function Progress({value, label}: {value: number; label: string}) {
  return (
    <div className="progress-row">
      <progress max={100} value={value} aria-label={label} />
      <span aria-hidden="true">{value} %</span>
    </div>
  );
}

// Short news at the edge of the page, which screen readers read out.
let news: {id: number; text: string}[] = [];
let lastNews = 0;
const newsListeners = new Set<() => void>();

function setNews(next: typeof news): void {
  news = next;
  newsListeners.forEach(listener => listener());
}

export function tell(text: string): void {
  const id = ++lastNews;
  setNews([...news, {id, text}].slice(-3));
  setTimeout(() => setNews(news.filter(each => each.id !== id)), 6000);
}

export function News() {
  const shown = useSyncExternalStore(
    listener => {
      newsListeners.add(listener);
      return () => newsListeners.delete(listener);
    },
    () => news,
  );
  return (
    <div className="news" role="status" aria-live="polite">
      {shown.map(each => (
        <p key={each.id}>{each.text}</p>
      ))}
    </div>
  );
}
