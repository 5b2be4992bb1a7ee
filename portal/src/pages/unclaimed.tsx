// SPDX-License-Identifier: Apache-2.0
// The devices that a customer has unclaimed from this browser, and claiming them again. The API
// does not list them any more, so the browser remembers which they were.
import {useQueryClient} from '@tanstack/react-query';
import {useState, useSyncExternalStore} from 'react';
import {api, ApiError} from '../api/client';
import type {Device} from '../api/types';
import {t} from '../en';
import {deviceTitle, useMay} from '../model';
import {useAttempt} from '../ui/attempt';
import {Button, Card, ErrorNote, formatTime, Progress, tell} from '../ui/kit';
import {Failures, forEach, type Done} from './for_each';

const kUndoDays = 30; // as long as the server takes an unclaim back
const kMostRemembered = 5000;

type Remembered = {id: string; title: string; until: string};

const listeners = new Set<() => void>();
const keyOf = (customer: string) => `zerotouch-unclaimed-${customer}`;

// Returns true if sending the same again has the same answer.
function isFinal(status: number): boolean {
  return status >= 400 && status < 500 && status !== 401 && status !== 429;
}

export function undoExpiry(): string {
  return new Date(Date.now() + kUndoDays * 86_400_000).toISOString();
}

function readText(customer: string): string {
  try {
    return localStorage.getItem(keyOf(customer)) ?? '[]';
  } catch {
    return '[]'; // the browser keeps nothing for this page
  }
}

function parse(text: string): Remembered[] {
  try {
    const now = new Date().toISOString();
    return (JSON.parse(text) as Remembered[]).filter(each => each.until > now);
  } catch {
    return [];
  }
}

function write(customer: string, devices: Remembered[]): void {
  try {
    if (devices.length === 0) localStorage.removeItem(keyOf(customer));
    else localStorage.setItem(keyOf(customer), JSON.stringify(devices.slice(-kMostRemembered)));
  } catch {
    // Then the undo is offered no longer than this page is open: nothing to be done.
  }
  listeners.forEach(listener => listener());
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener('storage', listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('storage', listener);
  };
}

export function rememberUnclaimed(customer: string, devices: Device[]): void {
  const until = undoExpiry();
  write(customer, [
    ...parse(readText(customer)),
    ...devices.map(device => ({id: device.deviceId ?? '', title: deviceTitle(device), until})),
  ]);
}

// Offers to undo the unclaims; shows nothing if no device was unclaimed.
export function Unclaimed({customer}: {customer: string}) {
  const client = useQueryClient();
  const mayUnclaim = useMay('MANAGER');
  const text = useSyncExternalStore(subscribe, () => readText(customer));
  const devices = parse(text);
  const [done, setDone] = useState<Done | null>(null);
  const {busy, error, run} = useAttempt();
  if (!mayUnclaim || (devices.length === 0 && !done)) return null;
  const undo = () =>
    run(async () => {
      const chosen: Device[] = devices.map(({id, title}) => ({
        deviceId: id,
        deviceIdentifier: {imei: title},
      }));
      const result = await forEach(
        chosen,
        device =>
          api.post(
            `/openzerotouch/v1/customers/${customer}/devices/${device.deviceId}:undoUnclaim`,
          ),
        setDone,
      );
      // The server refuses some again whatever happens; the others can be sent again.
      const again = new Set(
        result.failed
          .filter(each => !(each.error instanceof ApiError) || !isFinal(each.error.status))
          .map(each => each.device.deviceId),
      );
      write(
        customer,
        devices.filter(each => again.has(each.id)),
      );
      const succeeded = result.done - result.failed.length;
      if (succeeded > 0) tell(t.customerDevices.undone(succeeded));
      if (result.failed.length === 0) setDone(null);
      await client.invalidateQueries({queryKey: ['customerDevices', customer]});
    });
  return (
    <Card title={t.customerDevices.unclaimedTitle}>
      {devices.length > 0 && (
        <p role="status">
          {t.customerDevices.unclaimed(devices.length, formatTime(devices[0]!.until))}{' '}
          <span className="muted">
            {devices
              .slice(0, 3)
              .map(each => each.title)
              .join(', ')}
            {devices.length > 3 && ' …'}
          </span>
        </p>
      )}
      {busy && done && (
        <Progress
          value={Math.round((100 * done.done) / Math.max(1, devices.length))}
          label={t.customerDevices.undo}
        />
      )}
      {done && <Failures done={done} />}
      <ErrorNote error={error} />
      <div className="actions">
        {devices.length > 0 && (
          <Button busy={busy} onPress={() => void undo()}>
            {t.customerDevices.undo}
          </Button>
        )}
        <Button
          kind="quiet"
          onPress={() => {
            setDone(null);
            write(customer, []);
          }}
        >
          {t.customerDevices.dismiss}
        </Button>
      </div>
    </Card>
  );
}
