// SPDX-License-Identifier: Apache-2.0
// The pages of a customer: one part of the bundle.
import {Route, Switch, useParams} from 'wouter';
import {useUser} from './model';
import {ConfigurationPage} from './pages/configuration';
import {ConfigurationsPage} from './pages/configurations';
import {CustomerResellersPage, TermsPage} from './pages/customer_company';
import {CustomerDevicePage} from './pages/customer_device';
import {CustomerDevicesPage} from './pages/customer_devices';
import {MissingPage} from './pages/missing';
import {Needs} from './pages/needs';
import {UsersPage} from './pages/users';
import {WebhookPage, WebhooksPage} from './pages/webhooks';

export function CustomerPages() {
  const {customer = ''} = useParams<{customer: string}>();
  const user = useUser();
  if (!user.customerIds?.includes(customer)) return <MissingPage />;
  const base = `/customer/${customer}`;
  const parent = `customers/${customer}`;
  return (
    <Switch key={customer}>
      <Route path="/customer/:customer/devices">
        <CustomerDevicesPage customer={customer} />
      </Route>
      <Route path="/customer/:customer/devices/:id">
        {({id}) => <CustomerDevicePage customer={customer} id={id} key={id} />}
      </Route>
      <Route path="/customer/:customer/configurations">
        <ConfigurationsPage customer={customer} />
      </Route>
      <Route path="/customer/:customer/configurations/new">
        <Needs least="MANAGER">
          <ConfigurationPage customer={customer} id="new" key="new" />
        </Needs>
      </Route>
      <Route path="/customer/:customer/configurations/:id">
        {({id}) => <ConfigurationPage customer={customer} id={id} key={id} />}
      </Route>
      <Route path="/customer/:customer/resellers">
        <CustomerResellersPage customer={customer} />
      </Route>
      <Route path="/customer/:customer/terms">
        <TermsPage customer={customer} />
      </Route>
      <Route path="/customer/:customer/users">
        <Needs least="OWNER">
          <UsersPage parent={parent} />
        </Needs>
      </Route>
      <Route path="/customer/:customer/webhooks">
        <Needs least="ADMIN">
          <WebhooksPage parent={parent} base={base} />
        </Needs>
      </Route>
      <Route path="/customer/:customer/webhooks/:id">
        {({id}) => <Needs least="ADMIN">
          <WebhookPage parent={parent} base={base} id={id} key={id} />
        </Needs>}
      </Route>
      <Route>
        <MissingPage />
      </Route>
    </Switch>
  );
}
