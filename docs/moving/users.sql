-- The DoS users with these ids, as CSV for `cargo ctl import users`. See ../moving.md.
COPY (
  SELECT u.username, NULL::text AS subject, (u.status IS NOT DISTINCT FROM 'ACTIVE')::text AS active,
         (SELECT 'editCapacity' FROM pathwaysdos.userpermissions p
          WHERE p.userid = u.id AND p.permissionid = 3) AS permissions,
         (SELECT string_agg(s.uid, ' ' ORDER BY s.id) FROM pathwaysdos.userservices a
          JOIN pathwaysdos.services s ON s.id = a.serviceid WHERE a.userid = u.id) AS services
  FROM pathwaysdos.users u
  WHERE u.id IN (:ids)
  ORDER BY u.username
) TO STDOUT WITH (FORMAT csv, HEADER);
