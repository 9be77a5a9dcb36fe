import type { SecretDefinition } from './definition.ts'
import { fingerprint } from './fingerprint.ts'
import type { SecretProvider, SecretRequest } from './provider.ts'
import { randomSecret, type RotationContext, type RotationSteps } from './rotation-steps.ts'
import type { RotationRecord, RotationStep, SecretRecord, SecretStateStore, VersionRecord, VersionState } from './state.ts'

/** What a rotation needs to know of its surroundings. */
export interface RotationHost {
  readonly environment: string
  readonly name: string
  readonly definition: SecretDefinition
  readonly provider: SecretProvider
  readonly state: SecretStateStore
  /** This process. */
  readonly instance: string
  readonly now: () => number
  readonly overlapMs: number
  readonly fingerprintKey: string
  /** Told each value that is read or made, before a step has it. */
  readonly onValue: (value: string) => void
  /** A text without the values that were told. */
  readonly clean: (text: string) => string
  /** Told before each step is done, and when one waits or fails. */
  readonly onStep?: (event: RotationEvent) => void
}

/** What happened in a rotation. Never a value. */
export interface RotationEvent {
  readonly name: string
  readonly rotationId: string
  readonly step: RotationStep
  readonly outcome: 'started' | 'waiting' | 'failed' | 'finished'
  readonly version?: string
  /** What it waits for, or why it failed. */
  readonly detail?: string
}

/** How far a rotation has come. */
export type RotationStatus =
  | { readonly status: 'done'; readonly version: string }
  | { readonly status: 'waiting'; readonly step: RotationStep; readonly for: string; readonly until?: number }
  | { readonly status: 'failed'; readonly step: RotationStep; readonly reason: string }
  | { readonly status: 'busy'; readonly holder: string }
  | { readonly status: 'none' }

const LEASE_MS = 60_000
const AFTER: { readonly [Step in RotationStep]: RotationStep | null } = {
  create: 'test', test: 'announce', announce: 'promote', promote: 'overlap', overlap: 'revoke', revoke: 'destroy', destroy: null,
}

/** Somebody else wrote the record meanwhile: what is there now has to be looked at again. */
class Overtaken extends Error {}

/**
 * Begins a rotation, unless one is under way: there is one at a time for each secret. `compromised` ends the old version at
 * once: it does not wait for instances, and there is no overlap.
 *
 * @returns False when another rotation is under way. A compromised secret takes a rotation under way over.
 */
export async function beginRotation(host: RotationHost, reason: RotationRecord['reason']): Promise<boolean> {
  for (;;) {
    const record = await host.state.read(host.environment, host.name)
    const current = record?.versions.find((version) => version.state === 'current')
    const running = record?.rotation
    if (running !== undefined) {
      if (reason !== 'compromised' || running.reason === 'compromised') return false
      if (await host.state.write({ ...(record as SecretRecord), revision: (record?.revision ?? 0) + 1, rotation: { ...running, reason } })) return true
      continue
    }
    const rotation: RotationRecord = {
      id: crypto.randomUUID(), reason, step: 'create', startedAt: host.now(), ...(current === undefined ? {} : { replaces: current.version }),
    }
    const next: SecretRecord = { ...(record ?? { environment: host.environment, name: host.name, versions: [] }), revision: (record?.revision ?? 0) + 1, rotation }
    const { lastError: _, ...clean } = next
    if (await host.state.write(clean)) return true
  }
}

/**
 * Goes on with the rotation under way as far as it can without waiting. Call it again later, from any process: what a crash
 * interrupted is done again, under the same id.
 */
export async function advanceRotation(host: RotationHost): Promise<RotationStatus> {
  for (;;) {
    const record = await host.state.read(host.environment, host.name)
    const rotation = record?.rotation
    if (record === undefined || rotation === undefined) return { status: 'none' }
    const now = host.now()
    if (rotation.holder !== undefined && rotation.holder !== host.instance && (rotation.leaseUntil ?? 0) > now) return { status: 'busy', holder: rotation.holder }
    const claimed: SecretRecord = { ...record, revision: record.revision + 1, rotation: { ...rotation, holder: host.instance, leaseUntil: now + LEASE_MS } }
    if (!(await host.state.write(claimed))) continue
    try {
      const status = await runSteps(host, claimed)
      return status
    } catch (error) {
      if (error instanceof Overtaken) continue
      throw error
    }
  }
}

async function runSteps(host: RotationHost, claimed: SecretRecord): Promise<RotationStatus> {
  let record = claimed
  for (;;) {
    const rotation = record.rotation as RotationRecord
    const { step } = rotation
    const tell = (outcome: RotationEvent['outcome'], detail?: string): void =>
      host.onStep?.({ name: host.name, rotationId: rotation.id, step, outcome, ...(rotation.version === undefined ? {} : { version: rotation.version }), ...(detail === undefined ? {} : { detail }) })
    const wait = await waitsFor(host, record)
    if (wait !== undefined) {
      // Let go of the lease: whoever comes by next may go on.
      record = await write(host, record, { rotation: withoutLease(rotation) })
      tell('waiting', wait.for)
      return { status: 'waiting', step, ...wait }
    }
    tell('started')
    let change: Change
    try {
      change = await doStep(host, record)
    } catch (error) {
      if (step !== 'create' && step !== 'test') {
        // Nobody works at it any more: whoever comes by next need not wait until the lease has ended.
        await write(host, record, { rotation: withoutLease(rotation) }).catch(() => undefined)
        throw error
      }
      // What a step throws often quotes what it was given.
      const reason = error instanceof Error ? host.clean(error.message) : 'it threw something that is no error'
      await write(host, record, { versions: mark(record.versions, rotation.version, 'failed'), rotation: undefined, lastError: `${step}: the step failed` })
      tell('failed', reason)
      return { status: 'failed', step, reason }
    }
    const next = AFTER[step]
    if (next === null) {
      await write(host, record, { ...change, rotation: undefined })
      tell('finished')
      return { status: 'done', version: rotation.version ?? '' }
    }
    const moved = { ...rotation, ...change.rotation, step: next, leaseUntil: host.now() + LEASE_MS }
    record = await write(host, record, { ...change, rotation: next === 'announce' || next === 'overlap' ? { ...moved, sinceRevision: record.revision + 1 } : moved })
  }
}

interface Change {
  readonly versions?: readonly VersionRecord[]
  readonly rotation?: Partial<RotationRecord> | undefined
  readonly lastError?: string
}

async function write(host: RotationHost, record: SecretRecord, change: Change): Promise<SecretRecord> {
  const { rotation: before, ...rest } = record
  const rotation = 'rotation' in change ? change.rotation : before
  const next: SecretRecord = {
    ...rest, ...(change.versions === undefined ? {} : { versions: change.versions }), ...(change.lastError === undefined ? {} : { lastError: change.lastError }),
    revision: record.revision + 1, ...(rotation === undefined ? {} : { rotation: rotation as RotationRecord }),
  }
  if (!(await host.state.write(next))) throw new Overtaken()
  return next
}

/** What a waiting step waits for; undefined when it may be done. */
async function waitsFor(host: RotationHost, record: SecretRecord): Promise<{ readonly for: string; readonly until?: number } | undefined> {
  const rotation = record.rotation as RotationRecord
  if (rotation.step !== 'announce' && rotation.step !== 'overlap') return undefined
  if (rotation.reason === 'compromised') return undefined
  const alive = await host.state.acknowledgements(host.environment, host.name, host.now())
  const behind = alive.filter(({ revision }) => revision < (rotation.sinceRevision ?? 0))
  if (behind.length > 0) return { for: `${behind.length} of ${alive.length} instances that have not loaded the new version` }
  if (rotation.step === 'announce') return undefined
  const until = record.versions.find(({ version }) => version === rotation.replaces)?.verifiesUntil ?? 0
  return until > host.now() ? { for: 'the overlap to end', until } : undefined
}

async function doStep(host: RotationHost, record: SecretRecord): Promise<Change> {
  const rotation = record.rotation as RotationRecord
  const steps: RotationSteps = host.definition.rotation ?? {}
  const context: RotationContext = { name: host.name, rotationId: rotation.id, reason: rotation.reason }
  switch (rotation.step) {
    case 'create':
      return create(host, record, steps, context)
    case 'test': {
      const value = await readValue(host, rotation.version)
      if (value === null) throw new Error('the new version can not be read back')
      await steps.test?.({ ...context, value })
      return { versions: mark(record.versions, rotation.version, 'tested') }
    }
    case 'announce':
      return {}
    case 'promote':
      return promote(host, record)
    case 'overlap':
      return {}
    case 'revoke': {
      if (rotation.replaces === undefined) return {}
      await steps.revoke?.({ ...context, version: rotation.replaces, value: await readValue(host, rotation.replaces) })
      return { versions: mark(record.versions, rotation.replaces, 'revoked', { revokedAt: host.now() }) }
    }
    case 'destroy': {
      if (rotation.replaces === undefined || host.provider.destroy === undefined) return {}
      await host.provider.destroy({ ...requestOf(host), version: rotation.replaces })
      return { versions: mark(record.versions, rotation.replaces, 'destroyed') }
    }
  }
}

async function create(host: RotationHost, record: SecretRecord, steps: RotationSteps, context: RotationContext): Promise<Change> {
  const rotation = record.rotation as RotationRecord
  const { provider } = host
  if (provider.write === undefined) throw new Error(`the provider "${provider.name}" can't keep a new version: change the value at its source`)
  const current = await readValue(host, rotation.replaces)
  const made = await (steps.create ?? randomSecret)({ ...context, current })
  host.onValue(made)
  const { version } = await provider.write({ ...requestOf(host), value: made, rotationId: rotation.id })
  // A crash between writing and noting it made two values; the one that was kept first counts.
  const value = await readValue(host, version)
  if (value === null) throw new Error('the provider did not keep the new version')
  await steps.set?.({ ...context, value, current })
  const print = await fingerprint(host.fingerprintKey, value)
  const fresh: VersionRecord = { version, state: 'set', createdAt: host.now(), fingerprint: print }
  return { versions: [fresh, ...record.versions.filter((known) => known.version !== version)], rotation: { version } }
}

async function promote(host: RotationHost, record: SecretRecord): Promise<Change> {
  const rotation = record.rotation as RotationRecord
  const version = rotation.version as string
  await host.provider.promote?.({ ...requestOf(host), version, ...(rotation.replaces === undefined ? {} : { previous: rotation.replaces }) })
  const now = host.now()
  const overlapMs = rotation.reason === 'compromised' ? 0 : host.overlapMs
  // Without an overlap the old version stops to verify where everybody has loaded the new one, and at once when it is compromised.
  const before: Partial<VersionRecord> & { readonly state: VersionState } =
    rotation.reason === 'compromised' ? { state: 'revoked', revokedAt: now } : { state: 'previous', verifiesUntil: now + overlapMs }
  return {
    versions: record.versions.map((known): VersionRecord => {
      if (known.version === version) return { ...known, state: 'current', promotedAt: now }
      return known.state === 'current' || known.version === rotation.replaces ? { ...known, ...before } : known
    }),
  }
}

function mark(versions: readonly VersionRecord[], version: string | undefined, state: VersionState, more: Partial<VersionRecord> = {}): readonly VersionRecord[] {
  return versions.map((known) => (known.version === version ? { ...known, ...more, state } : known))
}

function withoutLease({ holder: _, leaseUntil: __, ...rotation }: RotationRecord): RotationRecord {
  return rotation
}

function requestOf(host: RotationHost): SecretRequest {
  return { name: host.name, key: host.definition.key ?? host.name }
}

async function readValue(host: RotationHost, version: string | undefined): Promise<string | null> {
  if (version === undefined) return null
  const value = (await host.provider.read({ ...requestOf(host), version }))?.value ?? null
  if (value !== null) host.onValue(value)
  return value
}

/** Ends a version at once, without a new one: nothing is current until there is one again. */
export async function revokeVersion(host: RotationHost, version?: string): Promise<readonly string[]> {
  for (;;) {
    const record = await host.state.read(host.environment, host.name)
    if (record === undefined) return []
    const ended = record.versions.filter(({ state, version: known }) => (version === undefined ? state === 'current' || state === 'previous' : known === version && state !== 'destroyed'))
    if (ended.length === 0) return []
    const names = ended.map((known) => known.version)
    const now = host.now()
    const versions = record.versions.map((known): VersionRecord => (names.includes(known.version) ? { ...known, state: 'revoked', revokedAt: now } : known))
    if (!(await host.state.write({ ...record, revision: record.revision + 1, versions }))) continue
    for (const name of names) {
      const value = await readValue(host, name)
      await host.definition.rotation?.revoke?.({ name: host.name, rotationId: `revoke-${name}`, reason: 'compromised', version: name, value })
    }
    return names
  }
}
