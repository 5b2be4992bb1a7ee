-- SPDX-License-Identifier: Apache-2.0
-- The registry: accounts, devices, claims, and the batches that change them.
-- Times are microseconds since 1970 (UTC).
--
-- The tables are as in SQLite, except: NULL means "none" (it takes no space),
-- `version` detects that a row changed since it was read, and operations are
-- numbered per partner, so that no counter is shared by all.

-- Values of the registry as a whole: 'secret' signs access tokens.
CREATE TABLE meta (
  key   text  COLLATE "C" PRIMARY KEY,
  value bytea NOT NULL
);

CREATE TABLE partners (
  id          bigint PRIMARY KEY,
  name        text   NOT NULL,
  created_us  bigint NOT NULL,
  turn        bigint NOT NULL DEFAULT 0,   -- when its operations were last leased
  last_number bigint NOT NULL DEFAULT 0    -- of its operations
);

CREATE TABLE vendors (
  id         bigint PRIMARY KEY,
  partner    bigint NOT NULL REFERENCES partners (id),
  name       text   NOT NULL,
  created_us bigint NOT NULL
);
CREATE INDEX vendors_by_partner ON vendors (partner, id);

CREATE TABLE customers (
  id                    bigint   PRIMARY KEY,
  name                  text     NOT NULL,
  owner_emails          text     NOT NULL,   -- one a line
  admin_emails          text     NOT NULL,
  language_code         text     NOT NULL,
  terms                 smallint NOT NULL,   -- Company.TermsStatus
  default_configuration bigint   NOT NULL,   -- 0: none
  created_us            bigint   NOT NULL
);

-- The partner and vendor of each customer; vendor 0 is the partner itself.
CREATE TABLE partner_customers (
  partner  bigint NOT NULL REFERENCES partners (id),
  vendor   bigint NOT NULL,
  customer bigint NOT NULL REFERENCES customers (id),
  PRIMARY KEY (partner, vendor, customer)
);
CREATE INDEX partner_customers_by_customer ON partner_customers (customer, partner);

CREATE TABLE configurations (
  id              bigint PRIMARY KEY,
  customer        bigint NOT NULL REFERENCES customers (id),
  name            text   NOT NULL,
  dpc             text   NOT NULL,   -- dpcs.id
  dpc_extras      text   NOT NULL,
  company_name    text   NOT NULL,
  contact_email   text   NOT NULL,
  contact_phone   text   NOT NULL,
  custom_message  text   NOT NULL,
  forced_reset_ns bigint             -- NULL: not set
);
CREATE INDEX configurations_by_customer ON configurations (customer, id);

CREATE TABLE dpcs (
  id           text COLLATE "C" PRIMARY KEY,
  package_name text NOT NULL,
  title        text NOT NULL
);

CREATE TABLE service_accounts (
  email     text    COLLATE "C" PRIMARY KEY,
  client_id text    NOT NULL,
  partner   bigint  NOT NULL,   -- 0: bound to customers
  disabled  boolean NOT NULL
);

CREATE TABLE account_customers (
  email    text   COLLATE "C" NOT NULL REFERENCES service_accounts (email),
  customer bigint NOT NULL REFERENCES customers (id),
  PRIMARY KEY (email, customer)
);

CREATE TABLE account_keys (
  email      text   COLLATE "C" NOT NULL REFERENCES service_accounts (email),
  key_id     text   COLLATE "C" NOT NULL,
  public_pem text   NOT NULL,
  created_us bigint NOT NULL,
  PRIMARY KEY (email, key_id)
);

-- Ids grow with time, so new devices are appended.
CREATE TABLE devices (
  id         bigint  PRIMARY KEY,
  version    integer NOT NULL DEFAULT 0,
  identifier bytea   NOT NULL,   -- DeviceIdentifier, canonical, serialized
  metadata   bytea   NOT NULL    -- DeviceMetadata, serialized
);

-- One row for each section of a device that was ever claimed. A claim that was
-- given up stays with held = false: it says which reseller may still see the
-- device. Pages keep room for the row that a change makes.
CREATE TABLE claims (
  device              bigint   NOT NULL,
  reseller            bigint   NOT NULL,
  owner               bigint,
  configuration       bigint,
  simlock_profile     bigint,
  vacation_starts_us  bigint,
  vacation_expires_us bigint,
  version             integer  NOT NULL DEFAULT 0,
  section             smallint NOT NULL,   -- SectionType
  held                boolean  NOT NULL,
  workspace           text     COLLATE "C" NOT NULL,
  PRIMARY KEY (device, section)
) WITH (fillfactor = 80);
CREATE INDEX claims_by_owner ON claims (owner, device, section, reseller)
  WHERE held AND owner IS NOT NULL;
-- The same for the Workspace accounts that own ChromeOS devices.
CREATE INDEX claims_by_workspace ON claims (workspace, device, section, reseller)
  WHERE held AND workspace <> '';
-- Finds the devices that use a configuration.
CREATE INDEX claims_by_configuration ON claims (configuration, device)
  WHERE configuration IS NOT NULL;

-- The hardware index. An IMEI or MEID in either slot, as one integer.
CREATE TABLE modems (
  modem  bigint PRIMARY KEY,
  device bigint NOT NULL
);
-- Serial sets; `key` folds the case, `serial` does not. No two devices have one
-- in common, which is what keeps two replicas from registering it twice.
CREATE TABLE serials (
  key    text   COLLATE "C" NOT NULL,
  serial text   COLLATE "C" NOT NULL,
  device bigint NOT NULL,
  PRIMARY KEY (key, serial)
);

-- `number` is the order in which a partner's operations were accepted.
CREATE TABLE operations (
  id             bigint   PRIMARY KEY,
  partner        bigint   NOT NULL REFERENCES partners (id),
  number         bigint   NOT NULL,
  accepted_us    bigint   NOT NULL,
  started_us     bigint,
  finished_us    bigint,
  lease_token    bigint   NOT NULL DEFAULT 0,
  lease_until_us bigint   NOT NULL DEFAULT 0,
  items          integer  NOT NULL,
  items_done     integer  NOT NULL DEFAULT 0,
  succeeded      integer  NOT NULL DEFAULT 0,
  kind           smallint NOT NULL,
  cancelled      boolean  NOT NULL DEFAULT false,
  lease_holder   text     NOT NULL DEFAULT ''   -- host and process, for people to read
);
CREATE UNIQUE INDEX operations_by_partner ON operations (partner, number);
CREATE INDEX operations_unfinished ON operations (partner, number) WHERE finished_us IS NULL;
CREATE INDEX operations_finished ON operations (finished_us) WHERE finished_us IS NOT NULL;

-- The request, in its own order, in pieces of 1,000 items.
CREATE TABLE operation_chunks (
  operation bigint  NOT NULL,
  number    integer NOT NULL,
  request   bytea   NOT NULL,
  PRIMARY KEY (operation, number)
);

-- Results in the order in which items were run: per item 4 bytes index,
-- 1 byte outcome, 8 bytes device id, little-endian.
CREATE TABLE operation_results (
  operation  bigint  NOT NULL,
  first_item integer NOT NULL,   -- how many items had been run before
  results    bytea   NOT NULL,
  PRIMARY KEY (operation, first_item)
);
