-- SPDX-License-Identifier: Apache-2.0
-- The log of changes (src/store/changelog.h), and the places in it of what it is about.

-- Parts of blocks, append-only. `chain`, `height` and `hash` are those of the block.
CREATE TABLE log_parts (
  first  bigint   PRIMARY KEY,   -- the sequence of its first entry
  chain  smallint NOT NULL,
  height bigint   NOT NULL,      -- entries in the chain before the block
  hash   bytea    NOT NULL,
  part   bytea    NOT NULL       -- src/store/changelog/codec.h
);
-- The end of each chain. A transaction appends to a chain that no other one has locked, so
-- there are as many as transactions may end at the same time.
CREATE TABLE log_heads (
  chain  smallint PRIMARY KEY,
  height bigint   NOT NULL,   -- entries in the chain
  last   bigint   NOT NULL,   -- the sequence of the last entry
  hash   bytea    NOT NULL    -- of the last block
) WITH (fillfactor = 50);
INSERT INTO log_heads SELECT n, 0, 0, decode(repeat('00', 32), 'hex') FROM generate_series(1, 64) AS n;
-- Reserves the sequences of a part.
CREATE SEQUENCE log_sequences INCREMENT BY 1024;
-- The heads that a checkpoint of several chains stands for.
CREATE TABLE log_checkpoints (
  hash    bytea  PRIMARY KEY,
  height  bigint NOT NULL,
  time_us bigint NOT NULL,
  heads   bytea  NOT NULL
);

-- The place in the log of the last change of the claim (src/store/changelog/entry.h); 0: none.
ALTER TABLE claims ADD COLUMN last_entry bigint NOT NULL DEFAULT 0;
-- The place of the last change of the metadata alone; 0: none.
ALTER TABLE statements ADD COLUMN last_entry bigint NOT NULL DEFAULT 0;
-- The first sequence of the block with the changes of the items; 0: they changed nothing.
ALTER TABLE operation_results ADD COLUMN log bigint NOT NULL DEFAULT 0;
-- The request that made the operation. NULL if an older program accepted it.
ALTER TABLE operations ADD COLUMN request_id text;
