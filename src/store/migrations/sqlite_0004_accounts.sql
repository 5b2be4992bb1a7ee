-- SPDX-License-Identifier: Apache-2.0
-- The version of the accounts, the retention mark, and who made an operation.

-- Numbers of the registry as a whole:
--   'accounts_version'  changes with everything that an authenticated caller is made
--                       of. It is random, so that no two states have the same version,
--                       not even a state that was restored from a backup
--   'retention_us'      the time up to which the age of finished operations is known;
--                       absent until a server has run
CREATE TABLE registry_values (
  name  TEXT    PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO registry_values VALUES ('accounts_version', random());

-- Triggers, so that no program and no statement can forget it.
CREATE TRIGGER meta_inserted AFTER INSERT ON meta BEGIN
  UPDATE registry_values SET value = random() WHERE name = 'accounts_version';
END;
CREATE TRIGGER meta_updated AFTER UPDATE ON meta BEGIN
  UPDATE registry_values SET value = random() WHERE name = 'accounts_version';
END;
CREATE TRIGGER meta_deleted AFTER DELETE ON meta BEGIN
  UPDATE registry_values SET value = random() WHERE name = 'accounts_version';
END;
CREATE TRIGGER service_accounts_inserted AFTER INSERT ON service_accounts BEGIN
  UPDATE registry_values SET value = random() WHERE name = 'accounts_version';
END;
CREATE TRIGGER service_accounts_updated AFTER UPDATE ON service_accounts BEGIN
  UPDATE registry_values SET value = random() WHERE name = 'accounts_version';
END;
CREATE TRIGGER service_accounts_deleted AFTER DELETE ON service_accounts BEGIN
  UPDATE registry_values SET value = random() WHERE name = 'accounts_version';
END;
CREATE TRIGGER account_keys_inserted AFTER INSERT ON account_keys BEGIN
  UPDATE registry_values SET value = random() WHERE name = 'accounts_version';
END;
CREATE TRIGGER account_keys_updated AFTER UPDATE ON account_keys BEGIN
  UPDATE registry_values SET value = random() WHERE name = 'accounts_version';
END;
CREATE TRIGGER account_keys_deleted AFTER DELETE ON account_keys BEGIN
  UPDATE registry_values SET value = random() WHERE name = 'accounts_version';
END;
CREATE TRIGGER account_customers_inserted AFTER INSERT ON account_customers BEGIN
  UPDATE registry_values SET value = random() WHERE name = 'accounts_version';
END;
CREATE TRIGGER account_customers_updated AFTER UPDATE ON account_customers BEGIN
  UPDATE registry_values SET value = random() WHERE name = 'accounts_version';
END;
CREATE TRIGGER account_customers_deleted AFTER DELETE ON account_customers BEGIN
  UPDATE registry_values SET value = random() WHERE name = 'accounts_version';
END;
CREATE TRIGGER account_quotas_inserted AFTER INSERT ON account_quotas BEGIN
  UPDATE registry_values SET value = random() WHERE name = 'accounts_version';
END;
CREATE TRIGGER account_quotas_updated AFTER UPDATE ON account_quotas BEGIN
  UPDATE registry_values SET value = random() WHERE name = 'accounts_version';
END;
CREATE TRIGGER account_quotas_deleted AFTER DELETE ON account_quotas BEGIN
  UPDATE registry_values SET value = random() WHERE name = 'accounts_version';
END;
-- A new customer has no account yet, and one with accounts cannot be deleted.
CREATE TRIGGER customers_terms_updated AFTER UPDATE OF terms ON customers BEGIN
  UPDATE registry_values SET value = random() WHERE name = 'accounts_version';
END;

-- The e-mail address of the account that made the operation. NULL if an older program
-- accepted it.
ALTER TABLE operations ADD COLUMN account TEXT;
