-- SPDX-License-Identifier: Apache-2.0
-- Makes statements of the devices, modems and serials of the older schema. An archive that
-- an older program made is imported into these three tables, and then this runs too.
--
-- The reseller that holds the zero-touch claim stated what is there; else the one that
-- holds the SIM lock, the last one to hold the zero-touch claim, or the SIM lock's.
CREATE TABLE stated_by AS
SELECT DISTINCT ON (device) device, reseller
FROM claims ORDER BY device, held DESC, section DESC;
ALTER TABLE stated_by ADD PRIMARY KEY (device);
ANALYZE stated_by;

INSERT INTO statements (device, reseller, identifier, metadata)
SELECT d.id, b.reseller, d.identifier, d.metadata
FROM devices d JOIN stated_by b ON b.device = d.id ORDER BY d.id;

INSERT INTO modem_keys (modem, device, reseller)
SELECT m.modem, m.device, b.reseller
FROM modems m JOIN stated_by b ON b.device = m.device ORDER BY m.modem;

-- Older programs kept white space inside the names of a key as it was.
INSERT INTO serial_keys (key, serial, device, reseller)
SELECT replace(replace(replace(replace(s.key, U&'\00A0', ' '),
                               ' ', E'\x01\x02'), E'\x02\x01', ''), E'\x01\x02', ' '),
       s.serial, s.device, b.reseller
FROM serials s JOIN stated_by b ON b.device = s.device ORDER BY 1, 2
ON CONFLICT DO NOTHING;

DROP TABLE stated_by;
DROP TABLE devices;
DROP TABLE modems;
DROP TABLE serials;
ANALYZE statements;
ANALYZE modem_keys;
ANALYZE serial_keys;
