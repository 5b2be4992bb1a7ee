// SPDX-License-Identifier: Apache-2.0
// Short names for the generated types.
import type {components as Google} from './google';
import type {components as Ours} from './ours';
import type {components as Sandbox} from './sandbox';

type G = Google['schemas'];
type O = Ours['schemas'];
type S = Sandbox['schemas'];

export type Company = G['Company'];
export type Configuration = G['Configuration'];
export type Device = G['Device'];
export type DeviceClaim = G['DeviceClaim'];
export type DeviceIdentifier = G['DeviceIdentifier'];
export type Dpc = G['Dpc'];
export type PartnerClaim = G['PartnerClaim'];
export type PartnerUnclaim = G['PartnerUnclaim'];
export type PerDevice = G['OperationPerDevice'];
export type BatchMetadata = G['DevicesLongRunningOperationMetadata'];
export type BatchResponse = G['DevicesLongRunningOperationResponse'];
export type SectionType = NonNullable<DeviceClaim['sectionType']>;
export type DevicesPage = G['FindDevicesByOwnerResponse'];
export type CustomersPage = G['ListCustomersResponse'];
export type VendorsPage = G['ListVendorsResponse'];
export type CustomerCompaniesPage = G['CustomerListCustomersResponse'];
export type CustomerDevicesPage = G['CustomerListDevicesResponse'];

export type HistoryEntry = O['DeviceHistoryEntry'];
export type HistoryPage = O['ListDeviceHistoryResponse'];
export type ServiceAccount = O['ServiceAccount'];
export type ServiceAccountsPage = O['ListServiceAccountsResponse'];
export type PortalUser = O['User'];
export type UsersPage = O['ListUsersResponse'];
export type Webhook = O['Webhook'];
export type WebhooksPage = O['ListWebhooksResponse'];
export type WebhookDelivery = O['WebhookDelivery'];
export type DeliveriesPage = O['ListWebhookDeliveriesResponse'];

export type Call = S['Call'];
export type Clock = S['Clock'];
export type Fault = S['Fault'];
export type Snapshot = S['Snapshot'];
export type BootAnswer = S['BootDeviceResponse'];

// A batch. Its metadata and response are of the types that the API documents for batches.
export type Operation = Omit<G['Operation'], 'metadata' | 'response'> & {
  metadata?: BatchMetadata & {'@type'?: string};
  response?: BatchResponse & {'@type'?: string};
};
export type Batch = Omit<O['Batch'], 'operation'> & {operation?: Operation};
export type BatchKind = NonNullable<Batch['kind']>;
export type BatchesPage = Omit<O['ListBatchesResponse'], 'batches'> & {batches?: Batch[]};
