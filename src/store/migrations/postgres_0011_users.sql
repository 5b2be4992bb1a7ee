-- SPDX-License-Identifier: Apache-2.0
-- Persons, their roles for companies, and their sessions of the portal (src/store/users.h).

CREATE TABLE users (
  id         bigint PRIMARY KEY,
  partner    bigint NOT NULL,                 -- 0: the user of a customer
  customer   bigint NOT NULL,                 -- 0: the user of a partner
  email      text   COLLATE "C" NOT NULL,     -- lower case; '': a group
  user_group text   COLLATE "C" NOT NULL,     -- '': a person
  role       bigint NOT NULL,                 -- src/model/role.h
  created_us bigint NOT NULL,
  UNIQUE (partner, customer, email, user_group)
);
CREATE INDEX users_email ON users (email) WHERE email <> '';
CREATE INDEX users_group ON users (user_group) WHERE user_group <> '';

CREATE TABLE portal_sessions (
  id         bytea   PRIMARY KEY,             -- SHA-256 of the secret in the cookie
  email      text    COLLATE "C" NOT NULL,
  name       text    COLLATE "C" NOT NULL,
  group_names text   COLLATE "C" NOT NULL,    -- one in each line
  is_account boolean NOT NULL,
  created_us bigint  NOT NULL,
  used_us    bigint  NOT NULL,
  expires_us bigint  NOT NULL
);
CREATE INDEX portal_sessions_email ON portal_sessions (email, used_us);
CREATE INDEX portal_sessions_expires ON portal_sessions (expires_us);
CREATE INDEX portal_sessions_used ON portal_sessions (used_us);

-- Callers are made of these too. A new session has no token yet. Most statements that delete
-- sessions delete none.
CREATE TRIGGER users_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON users
  FOR EACH STATEMENT EXECUTE FUNCTION change_accounts_version();
CREATE TRIGGER portal_sessions_deleted AFTER DELETE ON portal_sessions
  FOR EACH ROW EXECUTE FUNCTION change_accounts_version();
CREATE TRIGGER portal_sessions_truncated AFTER TRUNCATE ON portal_sessions
  FOR EACH STATEMENT EXECUTE FUNCTION change_accounts_version();
