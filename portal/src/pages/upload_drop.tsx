// SPDX-License-Identifier: Apache-2.0
// Where a file is dropped or chosen.
import {useRef, useState} from 'react';
import {csvRow} from '../csv/csv';
import {kMostItems, type Mode} from '../csv/sheet';
import {exampleCsv} from '../csv/examples';
import {t} from '../en';
import {useUser} from '../model';
import {Button, saveFile} from '../ui/kit';

const kExamples = 1000; // devices

function template(mode: Mode): string {
  return mode === 'claim'
    ? csvRow(['imei', 'serial', 'model', 'manufacturer', 'profiletype', 'owner', 'ordernumber'])
    : csvRow(['imei', 'serial', 'model', 'manufacturer', 'profiletype']);
}

export function Drop({
  onFile,
  mode,
  disabled,
}: {
  onFile: (file: File) => void;
  mode: Mode;
  disabled: boolean;
}) {
  const {sandboxControls} = useUser();
  const [isOver, setOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  return (
    <div
      className={isOver ? 'drop over' : 'drop'}
      onDragOver={event => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={event => {
        event.preventDefault();
        setOver(false);
        const file = event.dataTransfer.files[0];
        if (file) onFile(file);
      }}
    >
      <p>
        <strong>{t.upload.drop}</strong>
      </p>
      <p className="muted">{t.upload.dropHint(kMostItems)}</p>
      <input
        ref={input}
        type="file"
        accept=".csv,.tsv,.txt,text/csv"
        className="visually-hidden"
        tabIndex={-1}
        aria-label={t.upload.choose}
        onChange={event => {
          const file = event.target.files?.[0];
          if (file) onFile(file);
          event.target.value = '';
        }}
      />
      <div className="actions">
        <Button kind="primary" disabled={disabled} onPress={() => input.current?.click()}>
          {t.upload.choose}
        </Button>
        <Button onPress={() => saveFile(`${mode}-template.csv`, template(mode))}>
          {t.upload.template}
        </Button>
        {sandboxControls && (
          <Button onPress={() => saveFile('devices.csv', exampleCsv(kExamples))}>
            {t.upload.examples(kExamples)}
          </Button>
        )}
      </div>
    </div>
  );
}
