// SPDX-License-Identifier: Apache-2.0
// The pages of a reseller: one part of the bundle.
import {Route, Switch} from 'wouter';
import {ClaimPage} from './pages/claim';
import {CustomersPage} from './pages/customers';
import {DevicePage} from './pages/device';
import {DevicesPage} from './pages/devices';
import {KeysPage} from './pages/keys';
import {MissingPage} from './pages/missing';
import {Needs} from './pages/needs';
import {OperationPage, OperationsPage} from './pages/operations';
import {UploadPage} from './pages/upload';
import {UsersPage} from './pages/users';
import {WebhookPage, WebhooksPage} from './pages/webhooks';

export function ResellerPages({partner}: {partner: string}) {
  return (
    <Switch>
      <Route path="/reseller/devices">
        <DevicesPage partner={partner} />
      </Route>
      <Route path="/reseller/devices/:id">
        {({id}) => <DevicePage partner={partner} id={id} key={id} />}
      </Route>
      <Route path="/reseller/claim">
        <Needs least="ASSIGNER">
          <ClaimPage partner={partner} />
        </Needs>
      </Route>
      <Route path="/reseller/upload/claim">
        <Needs least="ASSIGNER">
          <UploadPage partner={partner} mode="claim" key="claim" />
        </Needs>
      </Route>
      <Route path="/reseller/upload/unclaim">
        <Needs least="MANAGER">
          <UploadPage partner={partner} mode="unclaim" key="unclaim" />
        </Needs>
      </Route>
      <Route path="/reseller/customers">
        <CustomersPage partner={partner} />
      </Route>
      <Route path="/reseller/operations">
        <OperationsPage />
      </Route>
      <Route path="/reseller/operations/:id">{({id}) => <OperationPage id={id} key={id} />}</Route>
      <Route path="/reseller/webhooks">
        <Needs least="ADMIN">
          <WebhooksPage parent={`partners/${partner}`} base="/reseller" />
        </Needs>
      </Route>
      <Route path="/reseller/webhooks/:id">
        {({id}) => <Needs least="ADMIN">
          <WebhookPage parent={`partners/${partner}`} base="/reseller" id={id} key={id} />
        </Needs>}
      </Route>
      <Route path="/reseller/keys">
        <Needs least="OWNER">
          <KeysPage partner={partner} />
        </Needs>
      </Route>
      <Route path="/reseller/users">
        <Needs least="OWNER">
          <UsersPage parent={`partners/${partner}`} />
        </Needs>
      </Route>
      <Route>
        <MissingPage />
      </Route>
    </Switch>
  );
}
