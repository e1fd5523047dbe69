-- What an import would refuse, and what may surprise you. See ../moving.md.
WITH RECURSIVE below(id) AS (
  SELECT id FROM pathwaysdos.services WHERE parentid IS NULL
  UNION
  SELECT s.id FROM pathwaysdos.services s JOIN below b ON s.parentid = b.id
), shown AS (
  SELECT s.id, k.color, c.resetdatetime
  FROM pathwaysdos.services s
  JOIN pathwaysdos.servicecapacities c ON c.serviceid = s.id
  JOIN pathwaysdos.capacitystatuses k USING (capacitystatusid)
  WHERE s.statusid = 1
)
SELECT 'must be 0' AS kind, 'services whose uid is no id' AS what, count(*)
  FROM pathwaysdos.services WHERE uid !~ '^[1-9][0-9]{0,17}$'
UNION ALL SELECT 'must be 0', 'uids of more than one service', count(*)
  FROM (SELECT FROM pathwaysdos.services GROUP BY uid HAVING count(*) > 1) d
UNION ALL SELECT 'must be 0', 'services without a name', count(*)
  FROM pathwaysdos.services WHERE btrim(name) = ''
UNION ALL SELECT 'must be 0', 'services with a text that is too long', count(*)
  FROM pathwaysdos.services
  WHERE length(btrim(name)) > 200 OR length(btrim(town)) > 100
    OR length(btrim(postcode)) > 10 OR length(btrim(odscode)) > 12
UNION ALL SELECT 'must be 0', 'services with a character that no text may have', count(*)
  FROM pathwaysdos.services
  WHERE concat(name, town, postcode, odscode)
    ~ '[\u0001-\u001F\u007F-\u009F\u2028-\u202E\u2066-\u2069\uFFFD]'
UNION ALL SELECT 'must be 0', 'services without a type', count(*)
  FROM pathwaysdos.services WHERE typeid IS NULL
UNION ALL SELECT 'must be 0', 'services that no parents lead to the top from', count(*)
  FROM pathwaysdos.services WHERE id NOT IN (SELECT id FROM below)
UNION ALL SELECT 'must be 0', 'permission 3 by another name', count(*)
  FROM pathwaysdos.permissions WHERE id = 3 AND name <> 'editCapacity'
UNION ALL SELECT 'must be 0', 'statuses of another colour', count(*)
  FROM shown WHERE color NOT IN ('GREEN', 'AMBER', 'RED')
UNION ALL SELECT 'look at', 'active services without a status', count(*)
  FROM pathwaysdos.services WHERE statusid = 1 AND id NOT IN (SELECT id FROM shown)
UNION ALL SELECT 'look at', 'AMBER or RED without a deadline', count(*)
  FROM shown WHERE color <> 'GREEN' AND resetdatetime IS NULL
UNION ALL SELECT 'look at', 'AMBER or RED past the deadline', count(*)
  FROM shown WHERE color <> 'GREEN' AND resetdatetime <= now()
UNION ALL SELECT 'look at', 'AMBER or RED for more than a day', count(*)
  FROM shown WHERE color <> 'GREEN' AND resetdatetime > now() + interval '1 day';
