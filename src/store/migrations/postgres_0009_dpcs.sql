-- SPDX-License-Identifier: Apache-2.0
-- Adds the facts that a device needs to install a DPC. NULL: not known.

ALTER TABLE dpcs
  ADD COLUMN component          text,   -- package/class of its admin receiver
  ADD COLUMN download_location  text,   -- URL of its package
  ADD COLUMN signature_checksum text;   -- URL-safe base64 of 32 bytes
