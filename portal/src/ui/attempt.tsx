// SPDX-License-Identifier: Apache-2.0
// Runs what a person starts, such as sending a form, and keeps why it failed.
import {useQueryClient} from '@tanstack/react-query';
import {useCallback, useState, type ReactNode} from 'react';
import {ApiError} from '../api/client';
import {kAllButSession} from '../model';

// Returns `run`, which runs an action and returns true if it did not fail; `busy`, true while one
// runs; the error of the last one, null if it did not fail; and `forget`, which drops the error. If
// the answer is lost, the page reads again what it shows: so people see whether the action was done
// before they send it again.
export function useAttempt() {
  const client = useQueryClient();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const run = useCallback(
    async (act: () => Promise<unknown>) => {
      setBusy(true);
      setError(null);
      try {
        await act();
        return true;
      } catch (failure) {
        setError(failure);
        if (failure instanceof ApiError && failure.isLost)
          void client.invalidateQueries(kAllButSession);
        return false;
      } finally {
        setBusy(false);
      }
    },
    [client],
  );
  const forget = () => setError(null);
  return {busy, error, run, forget};
}

// Shows a form that the page itself sends.
export function Form({
  onSubmit,
  wide,
  children,
}: {
  onSubmit: () => unknown;
  wide?: boolean; // as wide as the page
  children: ReactNode;
}) {
  return (
    <form
      className={wide ? 'stack' : 'form'}
      onSubmit={event => {
        event.preventDefault();
        void onSubmit();
      }}
    >
      {children}
    </form>
  );
}
