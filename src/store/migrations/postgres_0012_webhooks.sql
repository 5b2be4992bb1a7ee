-- SPDX-License-Identifier: Apache-2.0
-- Webhooks and the events for them (src/store/webhooks.h). An event is written in the
-- transaction of the change that it tells of.

CREATE TABLE webhooks (
  id         bigint PRIMARY KEY,
  partner    bigint NOT NULL,   -- 0: of a customer
  customer   bigint NOT NULL,   -- 0: of a partner
  url        text   NOT NULL,
  events     bigint NOT NULL,   -- bits, src/model/event_type.h
  secret     bytea  NOT NULL,
  created_us bigint NOT NULL
);
CREATE INDEX webhooks_of_company ON webhooks (partner, customer, id);

CREATE SEQUENCE webhook_numbers;
CREATE TABLE webhook_deliveries (
  number          bigint PRIMARY KEY,   -- in the order of the events of a webhook
  id              bigint  NOT NULL,
  webhook         bigint  NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
  type            bigint  NOT NULL,
  created_us      bigint  NOT NULL,
  state           bigint  NOT NULL,   -- 1: pending, 2: delivered, 3: failed
  next_attempt_us bigint  NOT NULL,
  in_order        boolean NOT NULL,   -- later ones of the webhook wait for it
  failures        bigint  NOT NULL,
  attempts        bytea   NOT NULL,
  payload         bytea   NOT NULL,
  lease_token     bigint  NOT NULL DEFAULT 0,
  lease_until_us  bigint  NOT NULL DEFAULT 0
);
CREATE INDEX deliveries_of_webhook ON webhook_deliveries (webhook, number);
CREATE UNIQUE INDEX deliveries_by_id ON webhook_deliveries (webhook, id);
-- Pending deliveries: by webhook, those that others wait for in their order.
CREATE INDEX deliveries_pending ON webhook_deliveries (webhook, in_order, number)
  WHERE state = 1;
CREATE INDEX deliveries_late ON webhook_deliveries (webhook, next_attempt_us)
  WHERE state = 1 AND NOT in_order;
