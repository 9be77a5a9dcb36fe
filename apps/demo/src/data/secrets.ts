import 'server-only'
import { readSettings } from '../settings.ts'
import { shop } from './database.ts'
import { seal, unseal } from './seal.ts'

/** What may be told about a secret. */
export interface SecretRecord {
  readonly name: string
  readonly purpose: string
  readonly version: number
  readonly rotatedAt: number
}

const SELECT = 'SELECT name, purpose, version, rotated_at AS rotatedAt FROM secret'

/** The record of a secret, without its value. */
export function secretByName(name: string): SecretRecord | undefined {
  return shop().prepare(`${SELECT} WHERE name = ?`).get(name) as SecretRecord | undefined
}

/** All secrets of the shop, without their values. */
export function listSecrets(): SecretRecord[] {
  return shop().prepare(`${SELECT} ORDER BY name`).all() as unknown as SecretRecord[]
}

/** The value itself. */
export function secretValue(name: string): string {
  const row = shop().prepare('SELECT sealed FROM secret WHERE name = ?').get(name) as { sealed: Uint8Array } | undefined
  if (!row) throw new Error(`There is no secret called ${name}`)
  return unseal(readSettings().vaultKey, name, row.sealed)
}

/** Puts a new value in the place of the old one. False when somebody else rotated it meanwhile. */
export function saveSecret(record: SecretRecord, value: string, now: number): boolean {
  const { changes } = shop()
    .prepare('UPDATE secret SET sealed = ?, version = version + 1, rotated_at = ? WHERE name = ? AND version = ?')
    .run(seal(readSettings().vaultKey, record.name, value), now, record.name, record.version)
  return changes === 1
}
