-- SPDX-License-Identifier: Apache-2.0
-- Adds the facts that a device needs to install a DPC. NULL: not known.

ALTER TABLE dpcs ADD COLUMN component          TEXT;   -- package/class of its admin receiver
ALTER TABLE dpcs ADD COLUMN download_location  TEXT;   -- URL of its package
ALTER TABLE dpcs ADD COLUMN signature_checksum TEXT;   -- URL-safe base64 of 32 bytes
