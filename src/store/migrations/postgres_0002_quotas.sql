-- SPDX-License-Identifier: Apache-2.0
-- The quotas of accounts.

-- Calls in 100 s of the accounts that do not have the default; 0: without limit.
CREATE TABLE account_quotas (
  email    text   COLLATE "C" PRIMARY KEY REFERENCES service_accounts (email) ON DELETE CASCADE,
  per_100s bigint NOT NULL
);

-- The calls that are left. Rows are updated often and in place.
CREATE TABLE quota_buckets (
  email      text   COLLATE "C" PRIMARY KEY,
  millionths bigint NOT NULL,   -- of calls
  filled_us  bigint NOT NULL    -- when that was right
) WITH (fillfactor = 50);
