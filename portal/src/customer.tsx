// SPDX-License-Identifier: Apache-2.0
// The pages of a customer: one part of the bundle.
import {useParams} from 'wouter';
import {useUser} from './model';
import {ConfigurationPage} from './pages/configuration';
import {ConfigurationsPage} from './pages/configurations';
import {CustomerResellersPage, TermsPage} from './pages/customer_company';
import {CustomerDevicePage} from './pages/customer_device';
import {CustomerDevicesPage} from './pages/customer_devices';
import {MissingPage} from './pages/missing';
import {Places, type Place} from './pages/places';
import {UsersPage} from './pages/users';
import {WebhookPage, WebhooksPage} from './pages/webhooks';

function placesOf(customer: string, base: string): Place[] {
  const parent = `customers/${customer}`;
  const owner = {parent, base};
  const of = {customer};
  return [
    {path: 'devices', page: () => <CustomerDevicesPage {...of} />},
    {path: 'devices/:id', page: id => <CustomerDevicePage {...of} id={id} key={id} />},
    {path: 'configurations', page: () => <ConfigurationsPage {...of} />},
    {
      path: 'configurations/new',
      least: 'MANAGER',
      page: () => <ConfigurationPage {...of} id="new" key="new" />,
    },
    {path: 'configurations/:id', page: id => <ConfigurationPage {...of} id={id} key={id} />},
    {path: 'resellers', page: () => <CustomerResellersPage {...of} />},
    {path: 'terms', page: () => <TermsPage {...of} />},
    {path: 'users', least: 'OWNER', page: () => <UsersPage parent={parent} />},
    {path: 'webhooks', least: 'ADMIN', page: () => <WebhooksPage {...owner} />},
    {path: 'webhooks/:id', least: 'ADMIN', page: id => <WebhookPage {...owner} id={id} key={id} />},
  ];
}

export function CustomerPages() {
  const {customer = ''} = useParams<{customer: string}>();
  const user = useUser();
  if (!user.customerIds?.includes(customer)) return <MissingPage />;
  const base = `/customer/${customer}`;
  return <Places base={base} places={placesOf(customer, base)} key={customer} />;
}
