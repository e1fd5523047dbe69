-- The directory, as CSV for `cargo ctl import services`. See ../moving.md.
COPY (
  SELECT s.uid AS id, s.name, s.typeid AS "typeId", p.uid AS "parentId", s.town, s.postcode,
         s.odscode AS "odsCode",
         (s.statusid IS NOT DISTINCT FROM 1 AND EXISTS (
            SELECT FROM pathwaysdos.servicecapacities c
            JOIN pathwaysdos.capacitystatuses k USING (capacitystatusid)
            WHERE c.serviceid = s.id))::text AS active
  FROM pathwaysdos.services s
  LEFT JOIN pathwaysdos.services p ON p.id = s.parentid
  ORDER BY s.id
) TO STDOUT WITH (FORMAT csv, HEADER);
