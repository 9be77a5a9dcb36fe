import type { LogSource } from '../../audit/verify/source.ts'
import type { SqlDriver, SqlRow } from './driver.ts'

const AHEAD = 32

/** The sealed log of a database, for verification, proofs and export. Reads ahead, so that hashing and reading overlap. */
export function sqlLogSource(driver: Pick<SqlDriver, 'query'>): LogSource {
  const bundles = readAhead((from) => driver.query('SELECT n, data FROM sallyport_audit_bundle WHERE n >= $1 ORDER BY n LIMIT $2', [from, AHEAD]))
  const leafTiles = readAhead((from) => driver.query('SELECT n, data FROM sallyport_audit_tile WHERE level = 0 AND n >= $1 ORDER BY n LIMIT $2', [from, AHEAD]))
  return {
    async checkpoint() {
      // Whoever asks begins to read: what was read before may have grown.
      bundles.forget()
      leafTiles.forget()
      const [row] = await driver.query('SELECT note FROM sallyport_audit_checkpoint ORDER BY size DESC LIMIT 1')
      return row?.['note'] as string | undefined
    },
    async checkpoints() {
      return (await driver.query('SELECT note FROM sallyport_audit_checkpoint ORDER BY size')).map((row) => String(row['note']))
    },
    bundle: (n) => bundles.read(n),
    async tile(level, n) {
      if (level === 0) return leafTiles.read(n)
      const [row] = await driver.query('SELECT data FROM sallyport_audit_tile WHERE level = $1 AND n = $2', [level, n])
      return row?.['data'] as Uint8Array | undefined
    },
    async minimumIndex() {
      return Number((await driver.query('SELECT pruned FROM sallyport_audit_tree'))[0]?.['pruned'] ?? 0)
    },
  }
}

/** Keeps two stretches of rows: the one being read, and the next, which loads meanwhile. */
function readAhead(load: (from: number) => Promise<readonly SqlRow[]>): { readonly read: (n: number) => Promise<Uint8Array | undefined>; readonly forget: () => void } {
  const stretches = new Map<number, Promise<Map<number, Uint8Array>>>()
  const stretch = (start: number): Promise<Map<number, Uint8Array>> => {
    let loading = stretches.get(start)
    if (loading === undefined) {
      loading = load(start).then((rows) => new Map(rows.map((row) => [Number(row['n']), row['data'] as Uint8Array])))
      // Awaited later, or never: then its failure does not matter.
      loading.catch(() => {})
      stretches.set(start, loading)
      for (const other of stretches.keys()) if (stretches.size > 3 && other !== start) stretches.delete(other)
    }
    return loading
  }
  let last = -1
  return {
    async read(n) {
      const start = n - (n % AHEAD)
      const rows = await stretch(start)
      if (n === last + 1) void stretch(start + AHEAD)
      last = n
      return rows.get(n)
    },
    forget: () => stretches.clear(),
  }
}
