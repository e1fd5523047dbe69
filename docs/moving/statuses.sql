-- What the old API shows as AMBER and RED, as updates to be made here: one JSON object per line. See ../moving.md.
SELECT json_strip_nulls(json_build_object(
  'id', s.uid,
  'deadline', CASE WHEN c.resetdatetime IS NULL THEN 'none'
                   WHEN c.resetdatetime <= now() THEN 'passed'
                   WHEN c.resetdatetime > now() + interval '1 day' THEN 'in more than a day'
                   ELSE 'set' END,
  'modified', to_char(c.modifieddate AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
  'update', json_build_object(
    'status', k.color,
    'resetStatusIn', CASE WHEN c.resetdatetime > now()
      THEN least(ceil(extract(epoch FROM c.resetdatetime - now()) / 60), 1440) ELSE 240 END,
    'notes', nullif(btrim(left(btrim(
      regexp_replace(c.notes, '^Capacity status set by Capacity Status API( - )?', ''),
      E' \t\r\n'), 900), E' \t\r\n'), ''))))
FROM pathwaysdos.services s
JOIN pathwaysdos.servicecapacities c ON c.serviceid = s.id
JOIN pathwaysdos.capacitystatuses k USING (capacitystatusid)
WHERE s.statusid = 1 AND k.color <> 'GREEN'
ORDER BY s.id;
