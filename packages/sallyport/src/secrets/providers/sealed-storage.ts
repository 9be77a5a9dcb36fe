import { migrateOnce } from '../../stores/sql/migrations.ts'
import type { Migration, SqlDriver, SqlRow } from '../../stores/sql/driver.ts'
import type { SealedStorage, SealedVersion } from './encrypted.ts'

const MIGRATIONS: readonly Migration[] = [
  `CREATE TABLE sallyport_sealed_secret (
     name TEXT NOT NULL, version TEXT NOT NULL, created_at BIGINT NOT NULL, rotation_id TEXT,
     key_id TEXT NOT NULL, wrapped_key TEXT NOT NULL, sealed TEXT NOT NULL, PRIMARY KEY (name, version))`,
]
const COLUMNS = 'name, version, created_at, rotation_id, key_id, wrapped_key, sealed'

/** Keeps encrypted versions in SQLite or Postgres. */
export function sqlSealedStorage(driver: SqlDriver): SealedStorage {
  const ready = migrateOnce(driver, 'sealed-secrets', MIGRATIONS)
  return {
    async list(name) {
      await ready()
      const rows =
        name === undefined
          ? await driver.query(`SELECT ${COLUMNS} FROM sallyport_sealed_secret ORDER BY created_at, version`)
          : await driver.query(`SELECT ${COLUMNS} FROM sallyport_sealed_secret WHERE name = $1 ORDER BY created_at, version`, [name])
      return rows.map(rowOf)
    },
    async insert(row) {
      await ready()
      const result = await driver.transact([
        {
          sql: `INSERT INTO sallyport_sealed_secret (${COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
          params: [row.name, row.version, row.createdAt, row.rotationId, row.keyId, row.wrappedKey, row.sealed],
          expect: 'changed',
        },
      ])
      return result.ok
    },
    async rewrap(row, from) {
      await ready()
      await driver.transact([
        {
          sql: 'UPDATE sallyport_sealed_secret SET key_id = $3, wrapped_key = $4 WHERE name = $1 AND version = $2 AND key_id = $5',
          params: [row.name, row.version, row.keyId, row.wrappedKey, from],
        },
      ])
    },
    async remove(name, version) {
      await ready()
      await driver.transact([{ sql: 'DELETE FROM sallyport_sealed_secret WHERE name = $1 AND version = $2', params: [name, version] }])
    },
  }
}

function rowOf(row: SqlRow): SealedVersion {
  const { rotation_id: rotationId } = row
  return {
    name: String(row['name']), version: String(row['version']), createdAt: Number(row['created_at']), rotationId: rotationId === null ? null : String(rotationId),
    keyId: String(row['key_id']), wrappedKey: String(row['wrapped_key']), sealed: String(row['sealed']),
  }
}

/** Keeps encrypted versions in memory: for tests. */
export function memorySealedStorage(): SealedStorage {
  const rows: SealedVersion[] = []
  return {
    list: (name) => Promise.resolve(rows.filter((row) => name === undefined || row.name === name)),
    insert(row) {
      if (rows.some((known) => known.name === row.name && known.version === row.version)) return Promise.resolve(false)
      rows.push(row)
      return Promise.resolve(true)
    },
    rewrap(row, from) {
      const at = rows.findIndex((known) => known.name === row.name && known.version === row.version && known.keyId === from)
      if (at >= 0) rows[at] = row
      return Promise.resolve()
    },
    remove(name, version) {
      const at = rows.findIndex((known) => known.name === name && known.version === version)
      if (at >= 0) rows.splice(at, 1)
      return Promise.resolve()
    },
  }
}
