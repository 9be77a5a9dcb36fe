import 'server-only'
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { shop } from './database.ts'

/** A token that a partner uses to reach the shop. Only its hash is kept. */
export interface TokenRecord {
  readonly id: string
  readonly name: string
  readonly holder: string
  /** The last four characters, to tell one from another. */
  readonly ending: string
  readonly createdAt: number
  readonly revokedAt: number | null
}

const SELECT = 'SELECT id, name, holder, ending, created_at AS createdAt, revoked_at AS revokedAt FROM token'

/** The token with this id. */
export function tokenById(id: string): TokenRecord | undefined {
  return shop().prepare(`${SELECT} WHERE id = ?`).get(id) as TokenRecord | undefined
}

/** All tokens, those that still work first. */
export function listTokens(): TokenRecord[] {
  return shop().prepare(`${SELECT} ORDER BY revoked_at IS NOT NULL, created_at DESC`).all() as unknown as TokenRecord[]
}

/** Makes a token. Its value is returned once and kept nowhere. */
export function createToken(name: string, holder: string, now: number): { readonly id: string; readonly value: string } {
  const value = `qs_${randomBytes(24).toString('base64url')}`
  const id = randomUUID()
  shop()
    .prepare('INSERT INTO token (id, name, holder, hash, ending, created_at) VALUES (?, ?, ?, ?, ?, ?)')
    .run(id, name, holder, createHash('sha256').update(value).digest('hex'), value.slice(-4), now)
  return { id, value }
}

/** From now on the token opens nothing. False when it was revoked already. */
export function revokeToken(id: string, now: number): boolean {
  return shop().prepare('UPDATE token SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL').run(now, id).changes === 1
}
