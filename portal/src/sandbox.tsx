// SPDX-License-Identifier: Apache-2.0
// The controls of a sandbox: one part of the bundle.
import {Route, Switch} from 'wouter';
import {MissingPage} from './pages/missing';
import {CallsPage} from './pages/sandbox_calls';
import {ControlsPage} from './pages/sandbox_controls';
import {FaultsPage} from './pages/sandbox_faults';
import {PhonePage} from './pages/sandbox_phone';

export function SandboxPages() {
  return (
    <Switch>
      <Route path="/sandbox/calls">
        <CallsPage />
      </Route>
      <Route path="/sandbox/faults">
        <FaultsPage />
      </Route>
      <Route path="/sandbox/controls">
        <ControlsPage />
      </Route>
      <Route path="/sandbox/phone">
        <PhonePage />
      </Route>
      <Route>
        <MissingPage />
      </Route>
    </Switch>
  );
}
