// SPDX-License-Identifier: Apache-2.0
// The field that searches a list of devices by any identifier, which is in the page's address.
import {useCallback} from 'react';
import {t} from '../en';
import {Field} from '../ui/kit';
import {useTyped, useUrlState} from '../ui/url';

export function DeviceSearch() {
  const [url, setUrl] = useUrlState('q');
  const commit = useCallback((q: string) => setUrl({q: q.trim()}), [setUrl]);
  const [typed, setTyped] = useTyped(url.q, commit);
  return (
    <div className="wide">
      <Field
        label={t.devices.search}
        value={typed}
        onChange={setTyped}
        type="search"
        placeholder={t.devices.searchPlaceholder}
      />
    </div>
  );
}
