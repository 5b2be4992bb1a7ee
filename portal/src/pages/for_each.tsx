// SPDX-License-Identifier: Apache-2.0
// Does something to each of many devices, and tells which ones failed.
import {ApiError} from '../api/client';
import type {Device} from '../api/types';
import {failedDevicesCsv} from '../csv/device_list';
import {t} from '../en';
import {deviceTitle} from '../model';
import {Button, Note, saveFile} from '../ui/kit';

const kAtATime = 6; // calls for one device each
const kListed = 10; // failures

export type Done = {done: number; failed: {device: Device; error: unknown}[]};

// Calls `act` for each device, some at a time. A failure is that device's only.
export async function forEach(
  devices: Device[],
  act: (device: Device) => Promise<unknown>,
  report: (done: Done) => void,
): Promise<Done> {
  const state: Done = {done: 0, failed: []};
  let next = 0;
  const work = async () => {
    while (next < devices.length) {
      const device = devices[next++]!;
      try {
        await act(device);
      } catch (error) {
        state.failed.push({device, error});
      }
      ++state.done;
      report({...state});
    }
  };
  await Promise.all(Array.from({length: kAtATime}, work));
  return state;
}

export function Failures({done}: {done: Done}) {
  if (done.failed.length === 0) return null;
  return (
    <Note tone="danger">
      <p>
        <strong>{t.customerDevices.someFailed(done.failed.length)}</strong>
      </p>
      <ul>
        {done.failed.slice(0, kListed).map(({device, error}) => (
          <li key={device.deviceId}>
            {deviceTitle(device)}: {error instanceof Error ? error.message : String(error)}
            {error instanceof ApiError && error.requestId && (
              <>
                {' '}
                <code>{error.requestId}</code>
              </>
            )}
          </li>
        ))}
      </ul>
      {done.failed.length > kListed && <p>{t.customerDevices.andMore(done.failed.length - kListed)}</p>}
      <Button onPress={() => saveFile('failed-devices.csv', failedDevicesCsv(done.failed))}>
        {t.upload.saveFailed}
      </Button>
    </Note>
  );
}
