-- SPDX-License-Identifier: Apache-2.0
-- The version of the accounts, the retention mark, and who made an operation.

-- Numbers of the registry as a whole:
--   'accounts_version'  changes with everything that an authenticated caller is made
--                       of. It is random, so that no two states have the same version,
--                       not even a state that a failover or a backup brought back
--   'retention_us'      the time up to which the age of finished operations is known;
--                       absent until a server has run
CREATE TABLE registry_values (
  name  text   COLLATE "C" PRIMARY KEY,
  value bigint NOT NULL
);
INSERT INTO registry_values VALUES
  ('accounts_version', hashtextextended(gen_random_uuid()::text, 0));

-- Triggers, so that no program and no statement can forget it. The row stays locked
-- until the transaction ends, so a version that is read has all changes before it.
CREATE FUNCTION change_accounts_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE registry_values SET value = hashtextextended(gen_random_uuid()::text, 0)
  WHERE name = 'accounts_version';
  RETURN NULL;
END
$$;
CREATE TRIGGER meta_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON meta
  FOR EACH STATEMENT EXECUTE FUNCTION change_accounts_version();
CREATE TRIGGER service_accounts_changed
  AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON service_accounts
  FOR EACH STATEMENT EXECUTE FUNCTION change_accounts_version();
CREATE TRIGGER account_keys_changed
  AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON account_keys
  FOR EACH STATEMENT EXECUTE FUNCTION change_accounts_version();
CREATE TRIGGER account_customers_changed
  AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON account_customers
  FOR EACH STATEMENT EXECUTE FUNCTION change_accounts_version();
CREATE TRIGGER account_quotas_changed
  AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON account_quotas
  FOR EACH STATEMENT EXECUTE FUNCTION change_accounts_version();
-- A new customer has no account yet, and one with accounts cannot be deleted.
CREATE TRIGGER customers_terms_changed AFTER UPDATE OF terms ON customers
  FOR EACH STATEMENT EXECUTE FUNCTION change_accounts_version();

-- The e-mail address of the account that made the operation. NULL if an older program
-- accepted it.
ALTER TABLE operations ADD COLUMN account text COLLATE "C";
