// SPDX-License-Identifier: Apache-2.0
import {useCallback, useEffect, useRef, useState} from 'react';
import {useSearchParams} from 'wouter';

// State that is kept in the URL's query, so that a reload or a link brings it back. An empty value
// is left out.
export function useUrlState<Name extends string>(
  ...names: Name[]
): [Record<Name, string>, (changes: Partial<Record<Name, string>>) => void] {
  const [params, setParams] = useSearchParams();
  const values = Object.fromEntries(names.map(name => [name, params.get(name) ?? ''])) as Record<
    Name,
    string
  >;
  const set = useCallback(
    (changes: Partial<Record<Name, string>>) => {
      setParams(
        old => {
          const next = new URLSearchParams(old);
          for (const [name, value] of Object.entries(changes) as [string, string | undefined][]) {
            if (value) next.set(name, value);
            else next.delete(name);
          }
          return next;
        },
        {replace: true},
      );
    },
    [setParams],
  );
  return [values, set];
}

// Text that is typed: takes effect in `commit` once the typing pauses.
export function useTyped(
  value: string,
  commit: (value: string) => void,
): [string, (value: string) => void] {
  const [typed, setTyped] = useState(value);
  const latest = useRef(value);
  useEffect(() => {
    if (latest.current !== value) {
      latest.current = value;
      setTyped(value);
    }
  }, [value]);
  useEffect(() => {
    if (typed === latest.current) return undefined;
    const timer = setTimeout(() => {
      latest.current = typed;
      commit(typed);
    }, 300);
    return () => clearTimeout(timer);
  }, [typed, commit]);
  return [typed, setTyped];
}
