-- The directory, as CSV for `cargo ctl import services`. See ../moving.md. To move region by region, remove the
-- comment marks inside the statement, and list the uids of the regions that have moved.
COPY (
  -- WITH RECURSIVE moved(id) AS (
  --   SELECT id FROM pathwaysdos.services WHERE uid IN ('110798')
  --   UNION
  --   SELECT s.id FROM pathwaysdos.services s JOIN moved m ON s.parentid = m.id
  -- )
  SELECT s.uid AS id, s.name, s.typeid AS "typeId", p.uid AS "parentId", s.town, s.postcode,
         s.odscode AS "odsCode",
         (s.statusid IS NOT DISTINCT FROM 1
          -- AND s.id IN (SELECT id FROM moved)
          AND EXISTS (
            SELECT FROM pathwaysdos.servicecapacities c
            JOIN pathwaysdos.capacitystatuses k USING (capacitystatusid)
            WHERE c.serviceid = s.id))::text AS active
  FROM pathwaysdos.services s
  LEFT JOIN pathwaysdos.services p ON p.id = s.parentid
  ORDER BY s.id
) TO STDOUT WITH (FORMAT csv, HEADER);
