// SPDX-License-Identifier: Apache-2.0
// Buttons and links that look like them.
import {type ReactNode} from 'react';
import {Button as AriaButton} from 'react-aria-components';
import {Link} from 'wouter';
import {t} from '../en';
import {tell} from './notes';

export type ButtonProps = {
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

// Lets the person save `content`, one text or its parts, as a file.
export function saveFile(
  name: string,
  content: string | Blob[],
  type = 'text/csv;charset=utf-8',
): void {
  const parts = typeof content === 'string' ? [content] : content;
  const url = URL.createObjectURL(new Blob(parts, {type}));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
