// SPDX-License-Identifier: Apache-2.0
// The controls of a sandbox: one part of the bundle.
import {Places, type Place} from './pages/places';
import {CallsPage} from './pages/sandbox_calls';
import {ClientPage} from './pages/sandbox_client';
import {ControlsPage} from './pages/sandbox_controls';
import {FaultsPage} from './pages/sandbox_faults';
import {PhonePage} from './pages/sandbox_phone';

const kPlaces: Place[] = [
  {path: 'calls', page: () => <CallsPage />},
  {path: 'client', page: () => <ClientPage />},
  {path: 'faults', page: () => <FaultsPage />},
  {path: 'controls', page: () => <ControlsPage />},
  {path: 'phone', page: () => <PhonePage />},
];

export function SandboxPages() {
  return <Places base="/sandbox" places={kPlaces} />;
}
