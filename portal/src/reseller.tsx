// SPDX-License-Identifier: Apache-2.0
// The pages of a reseller: one part of the bundle.
import {ClaimPage} from './pages/claim';
import {CustomersPage} from './pages/customers';
import {DevicePage} from './pages/device';
import {DevicesPage} from './pages/devices';
import {KeysPage} from './pages/keys';
import {OperationPage, OperationsPage} from './pages/operations';
import {Places, type Place} from './pages/places';
import {UploadPage} from './pages/upload';
import {UsersPage} from './pages/users';
import {WebhookPage, WebhooksPage} from './pages/webhooks';

const kBase = '/reseller';

function placesOf(partner: string): Place[] {
  const parent = `partners/${partner}`;
  const owner = {parent, base: kBase};
  return [
    {path: 'devices', page: () => <DevicesPage partner={partner} />},
    {path: 'devices/:id', page: id => <DevicePage partner={partner} id={id} key={id} />},
    {path: 'claim', least: 'ASSIGNER', page: () => <ClaimPage partner={partner} />},
    {
      path: 'upload/claim',
      least: 'ASSIGNER',
      page: () => <UploadPage partner={partner} mode="claim" key="claim" />,
    },
    {
      path: 'upload/unclaim',
      least: 'MANAGER',
      page: () => <UploadPage partner={partner} mode="unclaim" key="unclaim" />,
    },
    {path: 'customers', page: () => <CustomersPage partner={partner} />},
    {path: 'operations', page: () => <OperationsPage />},
    {path: 'operations/:id', page: id => <OperationPage id={id} key={id} />},
    {path: 'webhooks', least: 'ADMIN', page: () => <WebhooksPage {...owner} />},
    {path: 'webhooks/:id', least: 'ADMIN', page: id => <WebhookPage {...owner} id={id} key={id} />},
    {path: 'keys', least: 'OWNER', page: () => <KeysPage partner={partner} />},
    {path: 'users', least: 'OWNER', page: () => <UsersPage parent={parent} />},
  ];
}

export function ResellerPages({partner}: {partner: string}) {
  return <Places base={kBase} places={placesOf(partner)} />;
}
