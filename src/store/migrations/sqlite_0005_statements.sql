-- SPDX-License-Identifier: Apache-2.0
-- The statements of each reseller about a device, and their lookup keys.

-- One row for each reseller that has or had a claim on the device.
CREATE TABLE statements (
  device     INTEGER NOT NULL,
  reseller   INTEGER NOT NULL,
  identifier BLOB    NOT NULL,   -- DeviceIdentifier, canonical, serialized
  metadata   BLOB    NOT NULL,   -- DeviceMetadata, serialized
  PRIMARY KEY (device, reseller)
) STRICT, WITHOUT ROWID;

-- The hardware index: one row for each IMEI or MEID, as one integer, and for each serial
-- set. `device` and `reseller` are the first statement that has the key; `others` has the
-- rest, 16 bytes each: device and reseller, little-endian.
CREATE TABLE modem_keys (
  modem    INTEGER PRIMARY KEY,
  device   INTEGER NOT NULL,
  reseller INTEGER NOT NULL,
  others   BLOB
) STRICT;
-- `key` folds the case, `serial` does not.
CREATE TABLE serial_keys (
  key      TEXT    NOT NULL,
  serial   TEXT    NOT NULL,
  device   INTEGER NOT NULL,
  reseller INTEGER NOT NULL,
  others   BLOB,
  PRIMARY KEY (key, serial)
) STRICT, WITHOUT ROWID;
