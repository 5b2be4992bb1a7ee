-- SPDX-License-Identifier: Apache-2.0
-- Makes giving up a claim cheap: a claim that is given up keeps its owner, configuration and
-- the rest, and none of its indexes says whether it is held. So the change fits into the page
-- of the row and touches no index (a heap-only update). Readers ask for `held` in the row.
-- Servers of the previous version clear these columns, which is right too.
DROP INDEX claims_by_owner;
CREATE INDEX claims_by_owner ON claims (owner, device, section, reseller)
  WHERE owner IS NOT NULL;
DROP INDEX claims_by_workspace;
CREATE INDEX claims_by_workspace ON claims (workspace, device, section, reseller)
  WHERE workspace <> '';
