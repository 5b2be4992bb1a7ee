-- SPDX-License-Identifier: Apache-2.0
-- The registry: accounts, devices, claims, and the batches that change them.
-- Times are microseconds since 1970 (UTC).

-- Values of the registry as a whole: 'secret' signs access tokens.
CREATE TABLE meta (
  key   TEXT PRIMARY KEY,
  value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE partners (
  id         INTEGER PRIMARY KEY,
  name       TEXT    NOT NULL,
  created_us INTEGER NOT NULL,
  turn       INTEGER NOT NULL DEFAULT 0   -- when its operations were last leased: a counter
) STRICT;

CREATE TABLE vendors (
  id         INTEGER PRIMARY KEY,
  partner    INTEGER NOT NULL REFERENCES partners (id),
  name       TEXT    NOT NULL,
  created_us INTEGER NOT NULL
) STRICT;
CREATE INDEX vendors_by_partner ON vendors (partner, id);

CREATE TABLE customers (
  id                    INTEGER PRIMARY KEY,
  name                  TEXT    NOT NULL,
  owner_emails          TEXT    NOT NULL,   -- one a line
  admin_emails          TEXT    NOT NULL,
  language_code         TEXT    NOT NULL,
  terms                 INTEGER NOT NULL,   -- Company.TermsStatus
  default_configuration INTEGER NOT NULL,   -- 0: none
  created_us            INTEGER NOT NULL
) STRICT;

-- The partner and vendor of each customer; vendor 0 is the partner itself.
CREATE TABLE partner_customers (
  partner  INTEGER NOT NULL REFERENCES partners (id),
  vendor   INTEGER NOT NULL,
  customer INTEGER NOT NULL REFERENCES customers (id),
  PRIMARY KEY (partner, vendor, customer)
) STRICT, WITHOUT ROWID;
CREATE INDEX partner_customers_by_customer ON partner_customers (customer, partner);

CREATE TABLE configurations (
  id       INTEGER PRIMARY KEY,
  customer INTEGER NOT NULL REFERENCES customers (id)
) STRICT;
CREATE INDEX configurations_by_customer ON configurations (customer, id);

CREATE TABLE dpcs (
  id           TEXT PRIMARY KEY,
  package_name TEXT NOT NULL,
  title        TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE service_accounts (
  email     TEXT PRIMARY KEY,
  client_id TEXT    NOT NULL,
  partner   INTEGER NOT NULL,   -- 0: bound to customers
  disabled  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE account_customers (
  email    TEXT    NOT NULL REFERENCES service_accounts (email),
  customer INTEGER NOT NULL REFERENCES customers (id),
  PRIMARY KEY (email, customer)
) STRICT, WITHOUT ROWID;

CREATE TABLE account_keys (
  email      TEXT    NOT NULL REFERENCES service_accounts (email),
  key_id     TEXT    NOT NULL,
  public_pem TEXT    NOT NULL,
  created_us INTEGER NOT NULL,
  PRIMARY KEY (email, key_id)
) STRICT, WITHOUT ROWID;

-- Ids grow with time, so new devices are appended.
CREATE TABLE devices (
  id         INTEGER PRIMARY KEY,
  identifier BLOB NOT NULL,   -- DeviceIdentifier, canonical, serialized
  metadata   BLOB NOT NULL    -- DeviceMetadata, serialized
) STRICT;

-- One row for each section of a device that was ever claimed. A claim that was
-- given up stays with held = 0: it says which reseller may still see the device.
CREATE TABLE claims (
  device              INTEGER NOT NULL,
  section             INTEGER NOT NULL,   -- SectionType
  held                INTEGER NOT NULL,
  reseller            INTEGER NOT NULL,
  owner               INTEGER NOT NULL,   -- 0: none
  configuration       INTEGER NOT NULL,   -- 0: none
  simlock_profile     INTEGER NOT NULL,   -- 0: none
  workspace           TEXT    NOT NULL,
  vacation_starts_us  INTEGER,
  vacation_expires_us INTEGER,
  PRIMARY KEY (device, section)
) STRICT, WITHOUT ROWID;
CREATE INDEX claims_by_owner ON claims (owner, device) WHERE held = 1;

-- The hardware index. An IMEI or MEID in either slot, as one integer.
CREATE TABLE modems (
  modem  INTEGER PRIMARY KEY,
  device INTEGER NOT NULL
) STRICT;
-- Serial sets; `key` folds the case, `serial` does not.
CREATE TABLE serials (
  key    TEXT    NOT NULL,
  device INTEGER NOT NULL,
  serial TEXT    NOT NULL,
  PRIMARY KEY (key, device)
) STRICT, WITHOUT ROWID;

-- `number` is the order in which operations were accepted.
CREATE TABLE operations (
  number         INTEGER PRIMARY KEY,
  id             INTEGER NOT NULL UNIQUE,
  partner        INTEGER NOT NULL REFERENCES partners (id),
  kind           INTEGER NOT NULL,
  items          INTEGER NOT NULL,
  items_done     INTEGER NOT NULL,
  succeeded      INTEGER NOT NULL,
  accepted_us    INTEGER NOT NULL,
  started_us     INTEGER,
  finished_us    INTEGER,
  lease_token    INTEGER NOT NULL,
  lease_until_us INTEGER NOT NULL
) STRICT;
CREATE INDEX operations_unfinished ON operations (partner, number) WHERE finished_us IS NULL;
CREATE INDEX operations_finished ON operations (finished_us) WHERE finished_us IS NOT NULL;

-- The request, in its own order, in pieces of 1,000 items.
CREATE TABLE operation_chunks (
  operation INTEGER NOT NULL,
  number    INTEGER NOT NULL,
  request   BLOB    NOT NULL,
  PRIMARY KEY (operation, number)
) STRICT;

-- Results in the order in which items were run: per item 4 bytes index,
-- 1 byte outcome, 8 bytes device id, little-endian.
CREATE TABLE operation_results (
  operation  INTEGER NOT NULL,
  first_item INTEGER NOT NULL,   -- how many items had been run before
  results    BLOB    NOT NULL,
  PRIMARY KEY (operation, first_item)
) STRICT;
