-- SPDX-License-Identifier: Apache-2.0
-- Persons, their roles for companies, and their sessions of the portal (src/store/users.h).

CREATE TABLE users (
  id         INTEGER PRIMARY KEY,
  partner    INTEGER NOT NULL,   -- 0: the user of a customer
  customer   INTEGER NOT NULL,   -- 0: the user of a partner
  email      TEXT    NOT NULL,   -- lower case; '': a group
  user_group TEXT    NOT NULL,   -- '': a person
  role       INTEGER NOT NULL,   -- src/model/role.h
  created_us INTEGER NOT NULL,
  UNIQUE (partner, customer, email, user_group)
) STRICT;
CREATE INDEX users_email ON users (email) WHERE email <> '';
CREATE INDEX users_group ON users (user_group) WHERE user_group <> '';

CREATE TABLE portal_sessions (
  id         BLOB    PRIMARY KEY,   -- SHA-256 of the secret in the cookie
  email      TEXT    NOT NULL,
  name       TEXT    NOT NULL,
  group_names TEXT   NOT NULL,      -- one in each line
  is_account INTEGER NOT NULL,
  created_us INTEGER NOT NULL,
  used_us    INTEGER NOT NULL,
  expires_us INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX portal_sessions_email ON portal_sessions (email, used_us);
CREATE INDEX portal_sessions_expires ON portal_sessions (expires_us);
CREATE INDEX portal_sessions_used ON portal_sessions (used_us);

-- Callers are made of these too. A new session has no token yet.
CREATE TRIGGER users_inserted AFTER INSERT ON users BEGIN
  UPDATE registry_values SET value = random() WHERE name = 'accounts_version';
END;
CREATE TRIGGER users_updated AFTER UPDATE ON users BEGIN
  UPDATE registry_values SET value = random() WHERE name = 'accounts_version';
END;
CREATE TRIGGER users_deleted AFTER DELETE ON users BEGIN
  UPDATE registry_values SET value = random() WHERE name = 'accounts_version';
END;
CREATE TRIGGER portal_sessions_deleted AFTER DELETE ON portal_sessions BEGIN
  UPDATE registry_values SET value = random() WHERE name = 'accounts_version';
END;
