// SPDX-License-Identifier: Apache-2.0
// The controls of forms.
import {useId, type ReactNode, type TextareaHTMLAttributes} from 'react';
import {FieldError, Input, Label, Text, TextArea, TextField} from 'react-aria-components';

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
