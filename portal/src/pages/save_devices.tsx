// SPDX-License-Identifier: Apache-2.0
// Saves the devices of a list as CSV: reads it page by page, and can be cancelled.
import {useCallback, useEffect, useRef, useState} from 'react';
import type {Device} from '../api/types';
import {kMostRows, kNoDevices, withPage, type PageOfDevices} from '../csv/device_list';
import {t} from '../en';
import {Button, DialogButton, ErrorNote, Note, saveFile, tell} from '../ui/kit';

export type DeviceSource = {
  read: (pageToken: string, signal: AbortSignal) => Promise<PageOfDevices>;
  keeps?: (device: Device) => boolean; // which of them are saved; all without it
  total?: number | undefined; // of all pages, if it is known
  cli: string; // the command that prints them all
};

// Reads on from where an earlier attempt failed, and gives the file to the browser.
function Saving({name, source, close}: {name: string; source: DeviceSource; close: () => void}) {
  const [sheet, setSheet] = useState(kNoDevices);
  const [error, setError] = useState<unknown>(null);
  const latest = useRef({sheet, source});
  const run = useCallback(
    async (signal: AbortSignal) => {
      setError(null);
      try {
        let {sheet: next} = latest.current;
        const {read, keeps} = latest.current.source;
        while (!next.isDone && next.rows < kMostRows) {
          const page = await read(next.pageToken, signal);
          if (signal.aborted) return;
          next = withPage(next, page, keeps);
          latest.current.sheet = next;
          setSheet(next);
        }
        saveFile(name, next.parts);
        tell(t.saveDevices.saved(next.rows));
        if (next.isDone) close();
      } catch (failure) {
        if (!signal.aborted) setError(failure);
      }
    },
    [name, close],
  );
  const stop = useRef(new AbortController());
  const start = useCallback(() => {
    stop.current.abort();
    stop.current = new AbortController();
    void run(stop.current.signal);
  }, [run]);
  useEffect(() => {
    start();
    return () => stop.current.abort();
  }, [start]);
  const isFull = sheet.rows >= kMostRows && !sheet.isDone;
  const {total} = source;
  return (
    <>
      <div className="dialog-body">
        <progress
          aria-label={t.saveDevices.title}
          {...(total ? {max: total, value: Math.min(total, sheet.read)} : {})}
        />
        <p role="status">{t.saveDevices.read(sheet.rows, sheet.read, total)}</p>
        {isFull && (
          <Note tone="warn">
            <p>{t.saveDevices.full(kMostRows)}</p>
            <code>{source.cli}</code>
          </Note>
        )}
        <ErrorNote error={error} retry={start} />
      </div>
      <div className="dialog-foot">
        <Button onPress={close}>{isFull ? t.close : t.cancel}</Button>
      </div>
    </>
  );
}

export function SaveDevices({name, source}: {name: string; source: DeviceSource}) {
  return (
    <DialogButton button={t.saveDevices.button} title={t.saveDevices.title}>
      {close => <Saving name={name} source={source} close={close} />}
    </DialogButton>
  );
}
