/** The statements that make the tables and the two functions of `postgresLimits`. `schema` has been checked. */
export function limitsSchema(schema: string): string {
  return `
SELECT pg_advisory_xact_lock(hashtextextended('${schema}.limits', 0));
CREATE SCHEMA IF NOT EXISTS ${schema};
CREATE TABLE IF NOT EXISTS ${schema}.limit_counters (key text PRIMARY KEY, idle double precision, state text NOT NULL) WITH (fillfactor = 50);
CREATE TABLE IF NOT EXISTS ${schema}.limit_holders (key text PRIMARY KEY, idle double precision NOT NULL, state text NOT NULL) WITH (fillfactor = 50);
CREATE TABLE IF NOT EXISTS ${schema}.limit_holds (id text PRIMARY KEY, expires double precision NOT NULL, keys text[] NOT NULL, state text NOT NULL);
CREATE INDEX IF NOT EXISTS limit_holds_expires ON ${schema}.limit_holds (expires);

-- Locks the keys, and those of the reservations that are asked for or due, in one order for everybody; then reads.
CREATE OR REPLACE FUNCTION ${schema}.limits_load(locked text[], counters text[], slots text[], ids text[], sweep boolean, at double precision) RETURNS jsonb
LANGUAGE plpgsql AS $body$
DECLARE
  due text[];
  more text[];
  clock double precision := coalesce(at, floor(extract(epoch FROM clock_timestamp()) * 1000));
BEGIN
  SELECT coalesce(array_agg(id), '{}') INTO due FROM (
    SELECT id FROM ${schema}.limit_holds WHERE id = ANY (ids)
    UNION
    (SELECT id FROM ${schema}.limit_holds WHERE sweep AND expires <= clock ORDER BY expires LIMIT 20)
  ) AS wanted;
  SELECT coalesce(array_agg(DISTINCT key), '{}') INTO more FROM ${schema}.limit_holds, unnest(keys) AS key WHERE id = ANY (due);
  PERFORM pg_advisory_xact_lock(lock) FROM (
    SELECT DISTINCT hashtextextended('${schema}.' || key, 1) AS lock FROM unnest(locked || more) AS key ORDER BY lock
  ) AS ordered;
  RETURN jsonb_build_object(
    'now', coalesce(at, floor(extract(epoch FROM clock_timestamp()) * 1000)),
    'counters', (SELECT jsonb_object_agg(key, state) FROM ${schema}.limit_counters WHERE key = ANY (counters || more)),
    'holders', (SELECT jsonb_object_agg(key, state) FROM ${schema}.limit_holders WHERE key = ANY (slots)),
    'holds', (SELECT jsonb_object_agg(id, state) FROM ${schema}.limit_holds WHERE id = ANY (ids || due))
  );
END
$body$;

-- Writes what has changed. A null state deletes.
CREATE OR REPLACE FUNCTION ${schema}.limits_save(counters jsonb, slots jsonb, holds jsonb) RETURNS void
LANGUAGE plpgsql AS $body$
BEGIN
  IF counters <> '[]' THEN
    DELETE FROM ${schema}.limit_counters WHERE key IN (SELECT row->>'key' FROM jsonb_array_elements(counters) AS row WHERE row->>'state' IS NULL);
    INSERT INTO ${schema}.limit_counters (key, idle, state)
      SELECT row->>'key', (row->>'idle')::double precision, row->>'state' FROM jsonb_array_elements(counters) AS row WHERE row->>'state' IS NOT NULL
      ON CONFLICT (key) DO UPDATE SET idle = excluded.idle, state = excluded.state;
  END IF;
  IF slots <> '[]' THEN
    DELETE FROM ${schema}.limit_holders WHERE key IN (SELECT row->>'key' FROM jsonb_array_elements(slots) AS row WHERE row->>'state' IS NULL);
    INSERT INTO ${schema}.limit_holders (key, idle, state)
      SELECT row->>'key', (row->>'idle')::double precision, row->>'state' FROM jsonb_array_elements(slots) AS row WHERE row->>'state' IS NOT NULL
      ON CONFLICT (key) DO UPDATE SET idle = excluded.idle, state = excluded.state;
  END IF;
  IF holds <> '[]' THEN
    DELETE FROM ${schema}.limit_holds WHERE id IN (SELECT row->>'id' FROM jsonb_array_elements(holds) AS row WHERE row->>'state' IS NULL);
    INSERT INTO ${schema}.limit_holds (id, expires, keys, state)
      SELECT row->>'id', (row->>'expires')::double precision, ARRAY(SELECT jsonb_array_elements_text(row->'keys')), row->>'state'
      FROM jsonb_array_elements(holds) AS row WHERE row->>'state' IS NOT NULL
      ON CONFLICT (id) DO UPDATE SET state = excluded.state;
  END IF;
END
$body$;

-- Removes some of what is idle, leaving alone what somebody is using at this moment.
CREATE OR REPLACE FUNCTION ${schema}.limits_sweep(at double precision) RETURNS void
LANGUAGE plpgsql AS $body$
DECLARE
  clock double precision := coalesce(at, floor(extract(epoch FROM clock_timestamp()) * 1000));
BEGIN
  DELETE FROM ${schema}.limit_counters WHERE key IN (
    SELECT key FROM (SELECT key FROM ${schema}.limit_counters WHERE idle <= clock LIMIT 500) AS idle
    WHERE pg_try_advisory_xact_lock(hashtextextended('${schema}.' || key, 1))) AND idle <= clock;
  DELETE FROM ${schema}.limit_holders WHERE key IN (
    SELECT key FROM (SELECT key FROM ${schema}.limit_holders WHERE idle <= clock LIMIT 500) AS idle
    WHERE pg_try_advisory_xact_lock(hashtextextended('${schema}.' || key, 1))) AND idle <= clock;
END
$body$;
`
}
