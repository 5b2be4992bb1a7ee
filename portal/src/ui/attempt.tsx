// SPDX-License-Identifier: Apache-2.0
// Runs what a person starts, such as sending a form, and keeps why it failed.
import {useState, type ReactNode} from 'react';

// Returns `run`, which runs an action; `busy`, true while one runs; the error of the last one, null
// if it did not fail; and `forget`, which drops the error.
export function useAttempt() {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const run = async (act: () => Promise<unknown>) => {
    setBusy(true);
    setError(null);
    try {
      await act();
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  };
  const forget = () => setError(null);
  return {busy, error, run, forget};
}

// Shows a form that the page itself sends.
export function Form({onSubmit, children}: {onSubmit: () => unknown; children: ReactNode}) {
  return (
    <form
      className="form"
      onSubmit={event => {
        event.preventDefault();
        void onSubmit();
      }}
    >
      {children}
    </form>
  );
}
