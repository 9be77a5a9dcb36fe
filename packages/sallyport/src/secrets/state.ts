/**
 * Where a version stands. `set` and `tested` are not in use yet but verify already; `previous` only verifies, until a time;
 * `revoked`, `destroyed` and `failed` do nothing any more.
 */
export type VersionState = 'set' | 'tested' | 'current' | 'previous' | 'revoked' | 'destroyed' | 'failed'

/** One version of a secret. Never its value. */
export interface VersionRecord {
  readonly version: string
  readonly state: VersionState
  readonly createdAt: number
  readonly promotedAt?: number
  /** Until when a `previous` version verifies, epoch milliseconds. */
  readonly verifiesUntil?: number
  readonly revokedAt?: number
  /** Keyed fingerprint of the value. */
  readonly fingerprint?: string
}

/** The steps of a rotation, in order. A step that waits is `announce` or `overlap`. */
export const ROTATION_STEPS = ['create', 'test', 'announce', 'promote', 'overlap', 'revoke', 'destroy'] as const

/** The step that a rotation has reached and not finished. */
export type RotationStep = (typeof ROTATION_STEPS)[number]

/** A rotation under way. */
export interface RotationRecord {
  readonly id: string
  readonly reason: 'schedule' | 'manual' | 'compromised'
  readonly step: RotationStep
  readonly startedAt: number
  /** The new version, once there is one. */
  readonly version?: string
  /** The version that it replaces. */
  readonly replaces?: string
  /** Instances have to have loaded this revision before the waiting step ends. */
  readonly sinceRevision?: number
  /** Who works at it, and until when nobody else may. */
  readonly holder?: string
  readonly leaseUntil?: number
}

/** All that is kept of one secret in one environment. */
export interface SecretRecord {
  readonly environment: string
  readonly name: string
  /** Grows by one with each write. */
  readonly revision: number
  readonly versions: readonly VersionRecord[]
  readonly rotation?: RotationRecord
  /** Why the latest rotation failed, in the application's words, with no value in it. */
  readonly lastError?: string
}

/** An instance of the application and the revision that it has loaded. */
export interface Acknowledgement {
  readonly instance: string
  readonly revision: number
}

/** Keeps which versions there are and how far rotations have come: never a value. */
export interface SecretStateStore {
  readonly name: string
  /** What it keeps is known to this process alone, and until it ends. Default false. */
  readonly local?: boolean
  read(environment: string, name: string): Promise<SecretRecord | undefined>
  list(environment: string): Promise<readonly SecretRecord[]>
  /** Writes a record whose revision is one more than what is there (1 where nothing is). False when somebody was faster. */
  write(record: SecretRecord): Promise<boolean>
  /** An instance has loaded a revision. It counts as alive until `aliveUntil`. */
  acknowledge(environment: string, name: string, acknowledgement: Acknowledgement, aliveUntil: number): Promise<void>
  /** What the instances that are alive have loaded. Those that are not are forgotten. */
  acknowledgements(environment: string, name: string, now: number): Promise<readonly Acknowledgement[]>
  /** Fingerprints of the current versions of other environments, by environment and name. */
  fingerprintsElsewhere(environment: string): Promise<readonly { readonly environment: string; readonly name: string; readonly fingerprint: string }[]>
}

/** Keeps the state in memory: for tests, and for secrets that are never rotated by Sallyport. */
export function memorySecretState(): SecretStateStore {
  const records = new Map<string, SecretRecord>()
  const seen = new Map<string, Map<string, { readonly revision: number; readonly until: number }>>()
  const keyOf = (environment: string, name: string): string => JSON.stringify([environment, name])
  return {
    name: 'memory',
    local: true,
    read: (environment, name) => Promise.resolve(records.get(keyOf(environment, name))),
    list: (environment) => Promise.resolve([...records.values()].filter((record) => record.environment === environment)),
    write(record) {
      const key = keyOf(record.environment, record.name)
      if ((records.get(key)?.revision ?? 0) !== record.revision - 1) return Promise.resolve(false)
      records.set(key, structuredClone(record))
      return Promise.resolve(true)
    },
    acknowledge(environment, name, { instance, revision }, aliveUntil) {
      const key = keyOf(environment, name)
      const instances = seen.get(key) ?? new Map<string, { revision: number; until: number }>()
      instances.set(instance, { revision, until: aliveUntil })
      seen.set(key, instances)
      return Promise.resolve()
    },
    acknowledgements(environment, name, now) {
      const instances = seen.get(keyOf(environment, name)) ?? new Map<string, { revision: number; until: number }>()
      for (const [instance, { until }] of instances) if (until <= now) instances.delete(instance)
      return Promise.resolve([...instances].map(([instance, { revision }]) => ({ instance, revision })))
    },
    fingerprintsElsewhere: (environment) => Promise.resolve(fingerprintsOf([...records.values()].filter((record) => record.environment !== environment))),
  }
}

/** The fingerprints of what is in use in some records. */
export function fingerprintsOf(records: readonly SecretRecord[]): { environment: string; name: string; fingerprint: string }[] {
  return records.flatMap(({ environment, name, versions }) =>
    versions.flatMap(({ state, fingerprint }) => (fingerprint !== undefined && (state === 'current' || state === 'previous') ? [{ environment, name, fingerprint }] : [])),
  )
}
