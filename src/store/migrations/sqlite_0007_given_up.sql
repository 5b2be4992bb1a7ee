-- SPDX-License-Identifier: Apache-2.0
-- Makes giving up a claim cheap: one short row here, beside those of other devices, in the
-- place of a page of `claims` and a page of each of its indexes.

-- Claims that were given up after their row in `claims` was written. That row still has
-- held = 1 and its owner, and so do the indexes. Only a claim with held = 1 has a row here.
-- The next write to the claim deletes it.
CREATE TABLE given_up (
  device  INTEGER NOT NULL,
  section INTEGER NOT NULL,
  PRIMARY KEY (device, section)
) STRICT, WITHOUT ROWID;
