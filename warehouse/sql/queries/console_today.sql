-- Up to which local day was each brand heard, the own one first?
SELECT brand, role, time_zone, day, as_of
FROM today
ORDER BY role DESC, brand
