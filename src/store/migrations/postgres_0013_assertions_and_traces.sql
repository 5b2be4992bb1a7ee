-- SPDX-License-Identifier: Apache-2.0
-- Adds the assertions that were used, and the traces of operations.

-- The ids (`jti`) of assertions, so that none is used twice: after a restart, too, and at any
-- server of the registry. Rows are deleted once they have expired.
CREATE TABLE assertion_uses (
  email      text   COLLATE "C" NOT NULL,
  digest     bytea  NOT NULL,   -- SHA-256 of the id
  expires_us bigint NOT NULL,   -- when the assertion is not accepted any more
  PRIMARY KEY (email, digest)
);

CREATE INDEX assertion_uses_by_end ON assertion_uses (expires_us);

-- The trace of the call that made the operation: 32 hexadecimal digits; NULL if it has no spans.
ALTER TABLE operations ADD COLUMN trace_id text;
