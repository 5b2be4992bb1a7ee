-- SPDX-License-Identifier: Apache-2.0
-- Adds the last hour in which a key was used. A table of its own, because a change of
-- account_keys changes the version of the accounts.

CREATE TABLE key_uses (
  email   text   COLLATE "C" NOT NULL,
  key_id  text   COLLATE "C" NOT NULL,
  used_us bigint NOT NULL,   -- the beginning of the hour
  PRIMARY KEY (email, key_id)
);
