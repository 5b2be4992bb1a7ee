// SPDX-License-Identifier: Apache-2.0
// The parts that pages are made of.
import {
  useEffect,
  useId,
  useSyncExternalStore,
  type ReactNode,
  type TextareaHTMLAttributes,
} from 'react';
import {
  Button as AriaButton,
  Dialog,
  DialogTrigger,
  FieldError,
  Heading,
  Input,
  Label,
  Modal,
  ModalOverlay,
  Text,
  TextArea,
  TextField,
} from 'react-aria-components';
import {Link} from 'wouter';
import {ApiError} from '../api/client';
import {SessionError} from '../api/session';
import {t} from '../en';
import {useAttempt} from './attempt';

type ButtonProps = {
  children: ReactNode;
  onPress?: () => void;
  kind?: 'primary' | 'plain' | 'danger' | 'quiet';
  type?: 'button' | 'submit';
  disabled?: boolean;
  busy?: boolean;
  label?: string; // for readers, if the content does not say it
};

export function Button({
  children,
  onPress,
  kind = 'plain',
  type = 'button',
  disabled,
  busy,
  label,
}: ButtonProps) {
  return (
    <AriaButton
      className={`button ${kind}`}
      // A busy button keeps the focus and does nothing.
      type={busy ? 'button' : type}
      isDisabled={Boolean(disabled)}
      {...(onPress && !busy ? {onPress} : {})}
      {...(label ? {'aria-label': label} : {})}
    >
      {busy && <span className="spinner" aria-hidden="true" />}
      {children}
    </AriaButton>
  );
}

export function LinkButton({
  to,
  children,
  kind = 'plain',
}: {
  to: string;
  children: ReactNode;
  kind?: 'primary' | 'plain';
}) {
  return (
    <Link href={to} className={`button ${kind}`}>
      {children}
    </Link>
  );
}

type FieldProps = {
  label: string;
  value: string;
  onChange: (value: string) => void;
  hint?: ReactNode;
  problem?: string | undefined;
  required?: boolean;
  type?: 'text' | 'email' | 'tel' | 'url' | 'number' | 'search';
  placeholder?: string;
  multiline?: boolean;
  mono?: boolean;
  rows?: number;
  disabled?: boolean;
  autoFocus?: boolean;
  list?: string[]; // suggestions
};

export function Field(props: FieldProps) {
  const {label, value, onChange, hint, problem, required, type, multiline, mono, list} = props;
  const listId = useId();
  const shared = {className: mono ? 'input mono' : 'input', placeholder: props.placeholder ?? ''};
  const area: TextareaHTMLAttributes<HTMLTextAreaElement> = {
    rows: props.rows ?? 4,
    spellCheck: !mono,
  };
  return (
    <TextField
      className="field"
      value={value}
      onChange={onChange}
      isInvalid={Boolean(problem)}
      isRequired={Boolean(required)}
      isDisabled={Boolean(props.disabled)}
      autoFocus={Boolean(props.autoFocus)}
      validationBehavior="aria"
      {...(type ? {type} : {})}
    >
      <Label>{label}</Label>
      {multiline ? (
        <TextArea {...shared} {...area} />
      ) : (
        <Input {...shared} {...(list ? {list: listId} : {})} autoComplete="off" />
      )}
      {list && (
        <datalist id={listId}>
          {list.map(each => (
            <option key={each} value={each} />
          ))}
        </datalist>
      )}
      {hint && (
        <Text slot="description" className="hint">
          {hint}
        </Text>
      )}
      <FieldError className="problem">{problem}</FieldError>
    </TextField>
  );
}

type SelectProps = {
  label: string;
  value: string;
  onChange: (value: string) => void;
  options: readonly (readonly [value: string, text: string])[];
  hint?: string;
  hideLabel?: boolean;
  disabled?: boolean;
};

export function Select({label, value, onChange, options, hint, hideLabel, disabled}: SelectProps) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id} className={hideLabel ? 'visually-hidden' : undefined}>
        {label}
      </label>
      <select
        id={id}
        className="input"
        value={value}
        disabled={Boolean(disabled)}
        aria-describedby={hint ? `${id}-hint` : undefined}
        onChange={event => onChange(event.target.value)}
      >
        {options.map(([each, text]) => (
          <option key={each} value={each}>
            {text}
          </option>
        ))}
      </select>
      {hint && (
        <span id={`${id}-hint`} className="hint">
          {hint}
        </span>
      )}
    </div>
  );
}

export function Check({
  label,
  checked,
  onChange,
  hideLabel,
}: {
  label: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
  hideLabel?: boolean;
}) {
  return (
    <label className="check">
      <input
        type="checkbox"
        checked={checked}
        aria-label={hideLabel ? label : undefined}
        onChange={event => onChange(event.target.checked)}
      />
      {!hideLabel && <span>{label}</span>}
    </label>
  );
}

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

// Shows what went wrong, with the id by which the operator finds the call in the log.
export function ErrorNote({error, retry}: {error: unknown; retry?: () => void}) {
  if (!error || error instanceof SessionError) return null;
  const {message, status, code, reason, requestId} =
    error instanceof ApiError
      ? error
      : {
          message: error instanceof Error ? error.message : String(error),
          status: 0,
          code: '',
          reason: '',
          requestId: '',
        };
  const isOffline = error instanceof ApiError && error.status === 0;
  return (
    <div className="note danger" role="alert">
      <p>
        <strong>
          {isOffline ? t.errors.offline : reason === 'TOS' ? t.errors.terms : message}
        </strong>
      </p>
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

export function Progress({value, label}: {value: number; label: string}) {
  return (
    <div className="progress-row">
      <progress max={100} value={value} aria-label={label} />
      <span aria-hidden="true">{value} %</span>
    </div>
  );
}

// A button that opens a dialog. `children` gets the function that closes it.
export function DialogButton({
  button,
  kind,
  title,
  children,
  disabled,
  wide,
}: {
  button: ReactNode;
  kind?: ButtonProps['kind'];
  title: string;
  disabled?: boolean;
  wide?: boolean;
  children: (close: () => void) => ReactNode;
}) {
  return (
    <DialogTrigger>
      <Button kind={kind ?? 'plain'} disabled={Boolean(disabled)}>
        {button}
      </Button>
      <ModalOverlay className="overlay" isDismissable>
        <Modal className={wide ? 'modal wide' : 'modal'}>
          <Dialog className="dialog">
            {({close}) => (
              <>
                <Heading slot="title" level={2}>
                  {title}
                </Heading>
                {children(close)}
              </>
            )}
          </Dialog>
        </Modal>
      </ModalOverlay>
    </DialogTrigger>
  );
}

// A button that asks before it acts.
export function ConfirmButton({
  button,
  title,
  children,
  confirm,
  act,
  kind = 'danger',
  disabled,
  trigger,
}: {
  button: ReactNode;
  title: string;
  children?: ReactNode;
  confirm: string;
  act: () => Promise<unknown>;
  kind?: ButtonProps['kind'];
  disabled?: boolean;
  trigger?: ButtonProps['kind'];
}) {
  const {busy, error, run} = useAttempt();
  return (
    <DialogButton button={button} kind={trigger ?? kind} title={title} disabled={Boolean(disabled)}>
      {close => (
        <>
          <div className="dialog-body">{children}</div>
          <ErrorNote error={error} />
          <div className="dialog-foot">
            <Button onPress={close}>{t.cancel}</Button>
            <Button
              kind={kind}
              busy={busy}
              onPress={() =>
                void run(async () => {
                  await act();
                  close();
                })
              }
            >
              {confirm}
            </Button>
          </div>
        </>
      )}
    </DialogButton>
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

export function CopyButton({text, label}: {text: string; label: string}) {
  return (
    <Button
      kind="quiet"
      label={label}
      onPress={() => {
        void navigator.clipboard?.writeText(text).then(() => tell(t.copied));
      }}
    >
      {t.copy}
    </Button>
  );
}

// Lets the person save `text` as a file.
export function saveFile(name: string, text: string, type = 'text/csv;charset=utf-8'): void {
  const url = URL.createObjectURL(new Blob([text], {type}));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
