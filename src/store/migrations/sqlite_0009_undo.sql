-- SPDX-License-Identifier: Apache-2.0
-- The id of the operation that an operation undoes.
ALTER TABLE operations ADD COLUMN undoes INTEGER;
CREATE INDEX operations_undoing ON operations (undoes) WHERE undoes IS NOT NULL;
