-- SPDX-License-Identifier: Apache-2.0
-- The statements of each reseller about a device, and their lookup keys.

-- One row for each reseller that has or had a claim on the device.
CREATE TABLE statements (
  device     bigint  NOT NULL,
  reseller   bigint  NOT NULL,
  version    integer NOT NULL DEFAULT 0,
  identifier bytea   NOT NULL,   -- DeviceIdentifier, canonical, serialized
  metadata   bytea   NOT NULL,   -- DeviceMetadata, serialized
  PRIMARY KEY (device, reseller)
);

-- The hardware index: one row for each IMEI or MEID, as one integer, and for each serial
-- set. `device` and `reseller` are the first statement that has the key; `others` has the
-- rest, 16 bytes each: device and reseller, little-endian. Resellers that claim the same
-- new hardware write the same row, which is what keeps two replicas from missing that.
CREATE TABLE modem_keys (
  modem    bigint  PRIMARY KEY,
  device   bigint  NOT NULL,
  reseller bigint  NOT NULL,
  version  integer NOT NULL DEFAULT 0,
  others   bytea
);
-- `key` folds the case, `serial` does not.
CREATE TABLE serial_keys (
  key      text    COLLATE "C" NOT NULL,
  serial   text    COLLATE "C" NOT NULL,
  device   bigint  NOT NULL,
  reseller bigint  NOT NULL,
  version  integer NOT NULL DEFAULT 0,
  others   bytea,
  PRIMARY KEY (key, serial)
);
