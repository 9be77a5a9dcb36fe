import type { RotationRecord, SecretRecord, VersionRecord } from './state.ts'
import type { SecretDefinition } from './definition.ts'
import { parseDuration } from '../lib/duration.ts'

/** What is known of a secret without its value. */
export interface SecretStatus {
  readonly name: string
  readonly description: string
  readonly owner: string | undefined
  readonly principal: string | undefined
  readonly tenant: string | undefined
  readonly provider: string
  /** Its versions and revocations are known to this process alone, and until it ends. */
  readonly local: boolean
  readonly loaded: boolean
  readonly version: string | undefined
  /** Milliseconds since the current version came to be. */
  readonly ageMs: number | undefined
  /** When it should be rotated, epoch milliseconds. */
  readonly dueAt: number | undefined
  readonly overdue: boolean
  /** The definition refuses an overdue secret. */
  readonly refused: boolean
  readonly versions: readonly VersionRecord[]
  readonly rotation: RotationRecord | undefined
  readonly lastError: string | undefined
}

/** Puts together what a definition and a record say. */
export function statusOf(
  name: string, definition: SecretDefinition, provider: string, record: SecretRecord | undefined, loaded: boolean, now: number, local = false,
): SecretStatus {
  const current = record?.versions.find((version) => version.state === 'current')
  const since = current === undefined ? undefined : (current.promotedAt ?? current.createdAt)
  const dueAt = since === undefined || definition.rotate === undefined ? undefined : since + parseDuration(definition.rotate)
  return {
    name, description: definition.description, owner: definition.owner, principal: definition.principal, tenant: definition.tenant, provider, local, loaded,
    version: current?.version, ageMs: since === undefined ? undefined : now - since, dueAt, overdue: dueAt !== undefined && now > dueAt,
    refused: definition.overdue === 'refuse', versions: record?.versions ?? [], rotation: record?.rotation, lastError: record?.lastError,
  }
}
