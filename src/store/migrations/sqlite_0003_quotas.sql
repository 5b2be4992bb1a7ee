-- SPDX-License-Identifier: Apache-2.0
-- The quotas of accounts.

-- Calls in 100 s of the accounts that do not have the default; 0: without limit.
CREATE TABLE account_quotas (
  email    TEXT    PRIMARY KEY REFERENCES service_accounts (email) ON DELETE CASCADE,
  per_100s INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The calls that are left, where several servers share the registry.
CREATE TABLE quota_buckets (
  email      TEXT    PRIMARY KEY,
  millionths INTEGER NOT NULL,   -- of calls
  filled_us  INTEGER NOT NULL    -- when that was right
) STRICT, WITHOUT ROWID;
