// SPDX-License-Identifier: Apache-2.0
// The parts of a page, and how it shows facts.
import {useEffect, useId, type ReactNode} from 'react';
import {Link} from 'wouter';
import {t} from '../en';

// A page: its heading, what can be done on it, and its title in the browser's tab.
export function Page({
  title,
  intro,
  actions,
  children,
  back,
}: {
  title: string;
  intro?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  back?: {to: string; text: string};
}) {
  useEffect(() => {
    document.title = `${title} · ${t.product}`;
  }, [title]);
  return (
    <>
      {back && (
        <p className="back">
          <Link href={back.to}>← {back.text}</Link>
        </p>
      )}
      <div className="page-head">
        <h1 tabIndex={-1}>{title}</h1>
        {actions && <div className="actions">{actions}</div>}
      </div>
      {intro && <p className="intro">{intro}</p>}
      {children}
    </>
  );
}

export function Card({
  title,
  children,
  actions,
  tone,
}: {
  title?: string;
  children: ReactNode;
  actions?: ReactNode;
  tone?: 'warn' | 'danger';
}) {
  const id = useId();
  return (
    <section className={`card ${tone ?? ''}`} aria-labelledby={title ? id : undefined}>
      {(title || actions) && (
        <div className="card-head">
          {title && <h2 id={id}>{title}</h2>}
          {actions && <div className="actions">{actions}</div>}
        </div>
      )}
      {children}
    </section>
  );
}

const kDateTime = new Intl.DateTimeFormat(undefined, {dateStyle: 'medium', timeStyle: 'short'});
const kExactTime = new Intl.DateTimeFormat(undefined, {dateStyle: 'full', timeStyle: 'long'});

// Shows a time in the reader's zone.
export function Time({at}: {at: string | undefined}) {
  if (!at) return <>{t.none}</>;
  const date = new Date(at);
  return (
    <time dateTime={at} title={kExactTime.format(date)}>
      {kDateTime.format(date)}
    </time>
  );
}

export function formatTime(at: string): string {
  return kDateTime.format(new Date(at));
}

type Fact = readonly [name: string, value: ReactNode];

// Lists facts by name. A fact that is null is left out.
export function Facts({rows}: {rows: (Fact | null)[]}) {
  return (
    <dl className="facts">
      {rows
        .filter(row => row !== null)
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value || t.none}</dd>
          </div>
        ))}
    </dl>
  );
}
