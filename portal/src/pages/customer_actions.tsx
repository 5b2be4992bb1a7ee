// SPDX-License-Identifier: Apache-2.0
// Changes devices of a customer, one or many at once.
import {useState, type ReactNode} from 'react';
import {Link} from 'wouter';
import {api} from '../api/client';
import type {Configuration, Device} from '../api/types';
import {t} from '../en';
import {Button, DialogButton, formatTime, Note, Progress, Select, tell} from '../ui/kit';
import {forEach, Failures, type Done} from './for_each';
import {rememberUnclaimed, undoExpiry} from './unclaimed';

// A dialog that does something to each of the chosen devices.
function BulkDialog({
  button,
  title,
  devices,
  act,
  finish,
  children,
  kind,
  disabled,
  confirm,
}: {
  button: string;
  title: string;
  devices: Device[];
  act: (device: Device) => Promise<unknown>;
  finish: (done: Device[]) => void;
  children?: ReactNode;
  kind?: 'danger' | 'primary';
  disabled?: boolean;
  confirm: string;
}) {
  const [done, setDone] = useState<Done | null>(null);
  const [busy, setBusy] = useState(false);
  const run = async (close: () => void) => {
    setBusy(true);
    const result = await forEach(devices, act, setDone);
    setBusy(false);
    const failed = new Set(result.failed.map(each => each.device));
    finish(devices.filter(device => !failed.has(device)));
    if (result.failed.length > 0) return;
    tell(t.customerDevices.doneFor(result.done));
    setDone(null);
    close();
  };
  return (
    <DialogButton button={button} kind={kind ?? 'plain'} title={title}>
      {close => (
        <>
          <div className="dialog-body">{children}</div>
          {done && (
            <Progress
              value={Math.round((100 * done.done) / Math.max(1, devices.length))}
              label={title}
            />
          )}
          {done && <Failures done={done} />}
          <div className="dialog-foot">
            <Button
              onPress={() => {
                setDone(null);
                close();
              }}
            >
              {done && !busy ? t.close : t.cancel}
            </Button>
            <Button
              kind={kind ?? 'primary'}
              busy={busy}
              disabled={Boolean(disabled)}
              onPress={() => void run(close)}
            >
              {confirm}
            </Button>
          </div>
        </>
      )}
    </DialogButton>
  );
}

export function ApplyDialog({
  customer,
  devices,
  configurations,
  finish,
}: {
  customer: string;
  devices: Device[];
  configurations: Configuration[];
  finish: () => void;
}) {
  const [chosen, setChosen] = useState('');
  const configuration =
    chosen || configurations.find(each => each.isDefault)?.name || configurations[0]?.name || '';
  return (
    <BulkDialog
      button={t.customerDevices.apply}
      title={t.customerDevices.applyTitle(devices.length)}
      confirm={t.customerDevices.apply}
      kind="primary"
      devices={devices}
      finish={finish}
      disabled={!configuration}
      act={device =>
        api.post(`/v1/customers/${customer}/devices:applyConfiguration`, {
          device: {deviceId: device.deviceId},
          configuration,
        })
      }
    >
      {configurations.length === 0 ? (
        <Note tone="warn">
          {t.customerDevices.noConfigurations}{' '}
          <Link href={`/customer/${customer}/configurations/new`}>{t.configurations.add}</Link>
        </Note>
      ) : (
        <Select
          label={t.customerDevices.configuration}
          value={configuration}
          onChange={setChosen}
          options={configurations.map(
            each => [each.name ?? '', each.configurationName ?? ''] as const,
          )}
        />
      )}
      <p>{t.customerDevices.nextSetup}</p>
    </BulkDialog>
  );
}

export function RemoveDialog({
  customer,
  devices,
  finish,
}: {
  customer: string;
  devices: Device[];
  finish: () => void;
}) {
  return (
    <BulkDialog
      button={t.customerDevices.removeConfiguration}
      title={t.customerDevices.removeTitle(devices.length)}
      confirm={t.customerDevices.removeConfiguration}
      devices={devices}
      finish={finish}
      act={device =>
        api.post(`/v1/customers/${customer}/devices:removeConfiguration`, {
          device: {deviceId: device.deviceId},
        })
      }
    >
      <p>{t.customerDevices.removeText}</p>
    </BulkDialog>
  );
}

// Unclaims the devices, and remembers them so that the devices page offers to undo it.
export function UnclaimDialog({
  customer,
  devices,
  finish,
}: {
  customer: string;
  devices: Device[];
  finish: () => void;
}) {
  return (
    <BulkDialog
      button={t.devices.unclaim}
      kind="danger"
      title={t.devices.unclaimTitle(devices.length)}
      confirm={t.devices.unclaim}
      devices={devices}
      finish={done => {
        rememberUnclaimed(customer, done);
        finish();
      }}
      act={device =>
        api.post(`/v1/customers/${customer}/devices:unclaim`, {
          device: {deviceId: device.deviceId},
        })
      }
    >
      <p>{t.customerDevices.unclaimText}</p>
      <p>{t.customerDevices.undoUntil(formatTime(undoExpiry()))}</p>
    </BulkDialog>
  );
}
