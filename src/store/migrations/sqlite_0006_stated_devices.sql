-- SPDX-License-Identifier: Apache-2.0
-- Makes statements of the devices, modems and serials of the older schema. An archive that
-- an older program made is imported into these three tables, and then this runs too.
--
-- The reseller that holds the zero-touch claim stated what is there; else the one that
-- holds the SIM lock, the last one to hold the zero-touch claim, or the SIM lock's.
CREATE TABLE stated_by (
  device   INTEGER PRIMARY KEY,
  reseller INTEGER NOT NULL
) STRICT;
INSERT INTO stated_by
SELECT device, reseller FROM (
  SELECT device, reseller,
         row_number() OVER (PARTITION BY device ORDER BY held DESC, section DESC) AS place
  FROM claims
) WHERE place = 1;

INSERT INTO statements (device, reseller, identifier, metadata)
SELECT d.id, b.reseller, d.identifier, d.metadata
FROM devices d JOIN stated_by b ON b.device = d.id ORDER BY d.id;

INSERT INTO modem_keys (modem, device, reseller)
SELECT m.modem, m.device, b.reseller
FROM modems m JOIN stated_by b ON b.device = m.device ORDER BY m.modem;

-- Older programs kept white space inside the names of a key as it was.
INSERT OR IGNORE INTO serial_keys (key, serial, device, reseller)
SELECT replace(replace(replace(replace(s.key, char(160), ' '),
                               ' ', char(1, 2)), char(2, 1), ''), char(1, 2), ' '),
       s.serial, s.device, b.reseller
FROM serials s JOIN stated_by b ON b.device = s.device ORDER BY 1, 2;

DROP TABLE stated_by;
DROP TABLE devices;
DROP TABLE modems;
DROP TABLE serials;
