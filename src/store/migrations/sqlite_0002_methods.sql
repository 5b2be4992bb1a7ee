-- SPDX-License-Identifier: Apache-2.0
-- The settings of configurations, and the indexes for the lists of devices,
-- configurations and operations.

ALTER TABLE configurations ADD COLUMN name            TEXT NOT NULL DEFAULT '';
ALTER TABLE configurations ADD COLUMN dpc             TEXT NOT NULL DEFAULT '';  -- dpcs.id
ALTER TABLE configurations ADD COLUMN dpc_extras      TEXT NOT NULL DEFAULT '';
ALTER TABLE configurations ADD COLUMN company_name    TEXT NOT NULL DEFAULT '';
ALTER TABLE configurations ADD COLUMN contact_email   TEXT NOT NULL DEFAULT '';
ALTER TABLE configurations ADD COLUMN contact_phone   TEXT NOT NULL DEFAULT '';
ALTER TABLE configurations ADD COLUMN custom_message  TEXT NOT NULL DEFAULT '';
ALTER TABLE configurations ADD COLUMN forced_reset_ns INTEGER;   -- NULL: not set

-- Answers both whose devices a customer's are, in the order of their ids, and
-- which of them one reseller holds in one section, without reading the claims:
-- for that `held`, though it is always 1, must be in it too (SQLite 3.40).
DROP INDEX claims_by_owner;
CREATE INDEX claims_by_owner ON claims (owner, device, section, reseller, held)
  WHERE held = 1;
-- The same for the Workspace accounts that own ChromeOS devices.
CREATE INDEX claims_by_workspace ON claims (workspace, device, section, reseller, held)
  WHERE held = 1 AND workspace <> '';
-- Finds the devices that use a configuration.
CREATE INDEX claims_by_configuration ON claims (configuration, device)
  WHERE configuration <> 0;

-- True if its remaining items were cancelled.
ALTER TABLE operations ADD COLUMN cancelled INTEGER NOT NULL DEFAULT 0;
CREATE INDEX operations_by_partner ON operations (partner, number);
