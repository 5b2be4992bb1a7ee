-- SPDX-License-Identifier: Apache-2.0
-- Webhooks and the events for them (src/store/webhooks.h). An event is written in the
-- transaction of the change that it tells of.

CREATE TABLE webhooks (
  id         INTEGER PRIMARY KEY,
  partner    INTEGER NOT NULL,   -- 0: of a customer
  customer   INTEGER NOT NULL,   -- 0: of a partner
  url        TEXT    NOT NULL,
  events     INTEGER NOT NULL,   -- bits, src/model/event_type.h
  secret     BLOB    NOT NULL,
  created_us INTEGER NOT NULL
) STRICT;
CREATE INDEX webhooks_of_company ON webhooks (partner, customer, id);

CREATE TABLE webhook_deliveries (
  number          INTEGER PRIMARY KEY,   -- in the order of the events of a webhook
  id              INTEGER NOT NULL,
  webhook         INTEGER NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
  type            INTEGER NOT NULL,
  created_us      INTEGER NOT NULL,
  state           INTEGER NOT NULL,   -- 1: pending, 2: delivered, 3: failed
  next_attempt_us INTEGER NOT NULL,
  in_order        INTEGER NOT NULL,   -- 1: later ones of the webhook wait for it
  failures        INTEGER NOT NULL,
  attempts        BLOB    NOT NULL,
  payload         BLOB    NOT NULL,
  lease_token     INTEGER NOT NULL DEFAULT 0,
  lease_until_us  INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX deliveries_of_webhook ON webhook_deliveries (webhook, number);
CREATE UNIQUE INDEX deliveries_by_id ON webhook_deliveries (webhook, id);
-- Pending deliveries: by webhook, those that others wait for in their order.
CREATE INDEX deliveries_pending ON webhook_deliveries (webhook, in_order, number)
  WHERE state = 1;
CREATE INDEX deliveries_late ON webhook_deliveries (webhook, next_attempt_us)
  WHERE state = 1 AND in_order = 0;
