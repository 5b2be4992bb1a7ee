// SPDX-License-Identifier: Apache-2.0
// Changes devices of a customer, one or many at once.
import {useRef, useState, type ReactNode} from 'react';
import {Link} from 'wouter';
import {api} from '../api/client';
import type {Configuration, Device} from '../api/types';
import {t} from '../en';
import {Button, DialogButton, formatTime, keepFocus, Note, Progress, Select, tell} from '../ui/kit';
import {forEach, Failures, type Done} from './for_each';
import {rememberUnclaimed, undoExpiry} from './unclaimed';

type Chosen = {
  customer: string;
  devices: Device[];
  finish: (done: Device[]) => void; // is told which devices were changed, once that has been read
};

// A button, and the dialog that it opens: makes a call for each of the chosen devices.
function BulkDialog({
  button,
  title,
  verb,
  arguments: more,
  kind = 'primary',
  trigger = kind,
  disabled = false,
  onChanged,
  children,
  customer,
  devices,
  finish,
}: Chosen & {
  button: string;
  title: string;
  verb: 'applyConfiguration' | 'removeConfiguration' | 'unclaim';
  arguments?: {configuration: string};
  kind?: 'danger' | 'primary';
  trigger?: 'danger' | 'primary' | 'plain'; // the kind of the button that opens it
  disabled?: boolean;
  onChanged?: (changed: Device[]) => void; // is told at once which devices were changed
  children: ReactNode;
}) {
  const [done, setDone] = useState<Done | null>(null);
  const [busy, setBusy] = useState(false);
  // Devices that were changed. The page, which may drop this dialog, learns of them when the
  // failures of the others have been read.
  const changed = useRef<Device[]>([]);
  const isOpen = useRef(false);
  const tellPage = () => {
    if (changed.current.length > 0) finish(changed.current);
    changed.current = [];
    keepFocus();
  };
  const run = async (close: () => void) => {
    setBusy(true);
    const act = ({deviceId}: Device) =>
      api.post(`/v1/customers/${customer}/devices:${verb}`, {device: {deviceId}, ...more});
    const result = await forEach(devices, act, setDone);
    setBusy(false);
    const failed = new Set(result.failed.map(each => each.device));
    const succeeded = devices.filter(device => !failed.has(device));
    onChanged?.(succeeded);
    changed.current.push(...succeeded);
    if (result.failed.length > 0) {
      if (isOpen.current) return;
      tell(t.customerDevices.someFailed(result.failed.length));
      return tellPage();
    }
    tell(t.customerDevices.doneFor(result.done));
    setDone(null);
    close();
    tellPage();
  };
  const onOpenChange = (next: boolean) => {
    isOpen.current = next;
    if (next || busy) return;
    setDone(null);
    tellPage();
  };
  return (
    <DialogButton button={button} kind={trigger} title={title} onOpenChange={onOpenChange}>
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
            <Button onPress={close}>{done ? t.close : t.cancel}</Button>
            <Button kind={kind} busy={busy} disabled={disabled} onPress={() => void run(close)}>
              {button}
            </Button>
          </div>
        </>
      )}
    </DialogButton>
  );
}

export function ApplyDialog({
  configurations,
  ...chosen
}: Chosen & {configurations: Configuration[]}) {
  const [selected, setSelected] = useState('');
  const configuration =
    selected || configurations.find(each => each.isDefault)?.name || configurations[0]?.name || '';
  return (
    <BulkDialog
      {...chosen}
      button={t.customerDevices.apply}
      title={t.customerDevices.applyTitle(chosen.devices.length)}
      verb="applyConfiguration"
      arguments={{configuration}}
      disabled={!configuration}
    >
      {configurations.length === 0 ? (
        <Note tone="warn">
          {t.customerDevices.noConfigurations}{' '}
          <Link href={`/customer/${chosen.customer}/configurations/new`}>
            {t.configurations.add}
          </Link>
        </Note>
      ) : (
        <Select
          label={t.customerDevices.configuration}
          value={configuration}
          onChange={setSelected}
          options={configurations.map(
            each => [each.name ?? '', each.configurationName ?? ''] as const,
          )}
        />
      )}
      <p>{t.customerDevices.nextSetup}</p>
    </BulkDialog>
  );
}

export function RemoveDialog(chosen: Chosen) {
  return (
    <BulkDialog
      {...chosen}
      button={t.customerDevices.removeConfiguration}
      title={t.customerDevices.removeTitle(chosen.devices.length)}
      verb="removeConfiguration"
      trigger="plain"
    >
      <p>{t.customerDevices.removeText}</p>
    </BulkDialog>
  );
}

// Unclaims the devices, and remembers them so that the devices page offers to undo it.
export function UnclaimDialog(chosen: Chosen) {
  return (
    <BulkDialog
      {...chosen}
      button={t.devices.unclaim}
      title={t.devices.unclaimTitle(chosen.devices.length)}
      verb="unclaim"
      kind="danger"
      onChanged={changed => rememberUnclaimed(chosen.customer, changed)}
    >
      <p>{t.customerDevices.unclaimText}</p>
      <p>{t.customerDevices.undoUntil(formatTime(undoExpiry()))}</p>
    </BulkDialog>
  );
}
