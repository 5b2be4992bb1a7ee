-- SPDX-License-Identifier: Apache-2.0
-- The log of changes (src/store/changelog.h), and the places in it of what it is about.

-- Parts of blocks, append-only. `chain`, `height` and `hash` are those of the block.
CREATE TABLE log_parts (
  first  INTEGER PRIMARY KEY,   -- the sequence of its first entry
  chain  INTEGER NOT NULL,
  height INTEGER NOT NULL,      -- entries in the chain before the block
  hash   BLOB    NOT NULL,
  part   BLOB    NOT NULL       -- src/store/changelog/codec.h
) STRICT;
-- The end of each chain. A file has one, and those of the database that it was moved from.
CREATE TABLE log_heads (
  chain  INTEGER PRIMARY KEY,
  height INTEGER NOT NULL,   -- entries in the chain
  last   INTEGER NOT NULL,   -- the sequence of the last entry
  hash   BLOB    NOT NULL    -- of the last block
) STRICT;
INSERT INTO log_heads VALUES (1, 0, 0, zeroblob(32));
-- The heads that a checkpoint of several chains stands for.
CREATE TABLE log_checkpoints (
  hash    BLOB    PRIMARY KEY,
  height  INTEGER NOT NULL,
  time_us INTEGER NOT NULL,
  heads   BLOB    NOT NULL
) STRICT, WITHOUT ROWID;

-- The place in the log of the last change of the claim; 0: none.
ALTER TABLE claims ADD COLUMN last_entry INTEGER NOT NULL DEFAULT 0;
-- Its place if it was given up, and if it was then claimed again as its row in `claims` still
-- says (restored = 1): neither rewrites that row.
ALTER TABLE given_up ADD COLUMN entry INTEGER NOT NULL DEFAULT 0;
ALTER TABLE given_up ADD COLUMN restored INTEGER NOT NULL DEFAULT 0;
-- The place of the last change of the metadata alone; 0: none.
ALTER TABLE statements ADD COLUMN last_entry INTEGER NOT NULL DEFAULT 0;
-- The first sequence of the block with the changes of the items; 0: they changed nothing.
ALTER TABLE operation_results ADD COLUMN log INTEGER NOT NULL DEFAULT 0;
-- The request that made the operation. NULL if an older program accepted it.
ALTER TABLE operations ADD COLUMN request_id TEXT;
