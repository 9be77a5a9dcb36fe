import type { Clock } from '../lib/clock.ts'
import { parseDuration } from '../lib/duration.ts'
import type { SecretDefinition } from './definition.ts'
import { fingerprint } from './fingerprint.ts'
import { HeldVersions, type Held } from './held-versions.ts'
import type { Registrations } from './holding.ts'
import type { SecretAccess } from './options.ts'
import { isPlaceholder, SecretsError, type SecretProblem, type SecretProblemKind } from './problems.ts'
import { SecretProviderError, type SecretProvider, type SecretReading } from './provider.ts'
import { advanceRotation, beginRotation, revokeVersion, type RotationEvent, type RotationHost, type RotationStatus } from './rotation.ts'
import { Secret } from './secret.ts'
import { SeenValues } from './seen-values.ts'
import type { RotationStep, SecretRecord, SecretStateStore, VersionRecord } from './state.ts'
import { statusOf, type SecretStatus } from './status.ts'

const AFTER_PROMOTE: ReadonlySet<RotationStep> = new Set(['overlap', 'revoke', 'destroy'])

/** What an entry needs to know. */
export interface EntryOptions {
  readonly name: string
  readonly definition: SecretDefinition
  readonly environment: string
  readonly provider: SecretProvider
  readonly state: SecretStateStore
  readonly instance: string
  readonly strict: boolean
  readonly fingerprintKey: string
  readonly clock: Clock
  /** How long an acknowledgement counts without another. */
  readonly aliveMs: number
  readonly registrations: Registrations
  readonly onAccess: (access: SecretAccess) => void
  readonly onRotation: (event: RotationEvent) => void
}

/** One secret: the versions of it that this process holds, and its handle. */
export class SecretEntry {
  readonly name: string
  readonly definition: SecretDefinition
  readonly #options: EntryOptions
  readonly #held: HeldVersions
  readonly #handle: Secret<unknown>
  readonly #seen: SeenValues
  #record: SecretRecord | undefined
  #expiresAt: number | undefined
  #acknowledged = false
  #closed = false

  constructor(options: EntryOptions) {
    this.#options = options
    this.name = options.name
    this.definition = options.definition
    this.#held = new HeldVersions(this.name, this.definition, options.registrations)
    this.#seen = new SeenValues(this.name, this.definition.scrub !== false, options.registrations)
    this.#handle = new Secret<unknown>(this.name, { take: (how) => this.#take(this.#current(), how), version: () => this.#current().version }, options.strict)
  }

  /** Reads what is to be held. Gives what is wrong instead of throwing, so that all can be told at once. */
  async load(): Promise<readonly SecretProblem[]> {
    try {
      await this.refresh()
    } catch (error) {
      if (error instanceof SecretsError) return error.problems
      const why = error instanceof SecretProviderError ? `: ${error.message}` : ''
      return [this.#problem('unreadable', `could not be read from the provider "${this.#options.provider.name}"${why}`)]
    }
    if (this.#held.size === 0 && this.definition.optional !== true) {
      const known = this.#record?.versions.some((version) => version.state === 'revoked') === true
      return [known ? this.#problem('revoked', 'has been revoked, and there is no new version') : this.#problem('missing', `is missing from the provider "${this.#options.provider.name}"`)]
    }
    return []
  }

  /** Looks at the state, holds the versions that verify, lets go of the others, and acknowledges. */
  async refresh(): Promise<void> {
    const { state, environment, clock, instance, aliveMs } = this.#options
    const record = await this.#follow(await state.read(environment, this.name))
    // Closed meanwhile: what was let go of is not to be read once more.
    if (this.#closed) return this.#forget()
    const now = clock.now()
    const wanted = record?.versions.filter((version) => verifies(version, record, now)) ?? []
    for (const { version } of wanted) if (!this.#held.has(version)) await this.#hold(version)
    for (const version of this.#held.versions) if (!wanted.some((known) => known.version === version)) this.#held.letGo(version)
    this.#record = record
    if (this.#closed) return this.#forget()
    if (record === undefined) return
    this.#acknowledged = true
    await state.acknowledge(environment, this.name, { instance, revision: record.revision }, now + aliveMs)
  }

  /**
   * A secret that Sallyport does not rotate follows its provider: a version that appears there becomes current here.
   * One that it rotates follows the state alone; its first version is what the provider has.
   */
  async #follow(record: SecretRecord | undefined): Promise<SecretRecord | undefined> {
    const { clock, state, environment } = this.#options
    const known = record?.versions ?? []
    if (record?.rotation !== undefined || (this.definition.rotation !== undefined && known.length > 0)) return record
    if (this.#expiresAt !== undefined && clock.now() < this.#expiresAt && known.some((version) => version.state === 'current')) return record
    const reading = await this.#read(undefined)
    if (reading === null) return record
    const print = await fingerprint(this.#options.fingerprintKey, reading.value)
    const version = reading.version ?? labelOf(print)
    const current = known.find((other) => other.state === 'current')
    if (current?.version === version) return record
    // A revoked version that a provider still gives stays revoked.
    if (known.some((other) => other.version === version && other.state !== 'previous')) return record
    const now = clock.now()
    const fresh: VersionRecord = { version, state: 'current', createdAt: reading.createdAt ?? now, fingerprint: print, ...(current === undefined ? {} : { promotedAt: now }) }
    const others = known.filter((other) => other.version !== version).map((other): VersionRecord =>
      other.state === 'current' ? { ...other, state: 'previous', verifiesUntil: now + this.#overlapMs() } : other)
    const next: SecretRecord = { ...record, environment, name: this.name, revision: (record?.revision ?? 0) + 1, versions: [fresh, ...others] }
    this.#held.keep({ ...reading, version }, print)
    return (await state.write(next)) ? next : this.#follow(await state.read(environment, this.name))
  }

  async #read(version: string | undefined): Promise<SecretReading | null> {
    const { provider } = this.#options
    const reading = await provider.read({ name: this.name, key: this.definition.key ?? this.name, ...(version === undefined ? {} : { version }) })
    if (reading === null) return null
    this.#expiresAt = reading.expiresAt
    if (reading.value.trim() === '') throw new SecretsError([this.#problem('empty', 'is empty')])
    if (isPlaceholder(reading.value)) throw new SecretsError([this.#problem('placeholder', 'is a placeholder')])
    return reading
  }

  async #hold(version: string): Promise<void> {
    const reading = await this.#read(version)
    if (reading === null) return
    const print = await fingerprint(this.#options.fingerprintKey, reading.value)
    // A provider without versions gives what it has, which may not be what was asked for.
    if (reading.version === undefined && labelOf(print) !== version) return
    this.#held.keep({ ...reading, version }, print)
  }

  handle(): Secret<unknown> | undefined {
    return this.definition.optional === true && this.#held.size === 0 ? undefined : this.#handle
  }

  verifying(): readonly Secret<unknown>[] {
    const now = this.#options.clock.now()
    const usable = (this.#record?.versions ?? []).filter((version) => verifies(version, this.#record, now) && this.#held.has(version.version))
    return usable
      .toSorted((a, b) => Number(b.state === 'current') - Number(a.state === 'current'))
      .map(({ version }) => new Secret<unknown>(this.name, { take: (how) => this.#take(this.#ofVersion(version), how), version: () => version }, this.#options.strict))
  }

  fingerprints(): readonly string[] {
    return this.#held.fingerprints
  }

  async status(): Promise<SecretStatus> {
    const { state, environment, provider, clock } = this.#options
    return statusOf(this.name, this.definition, provider.name, await state.read(environment, this.name), this.#held.size > 0, clock.now(), state.local)
  }

  async rotate(reason: 'schedule' | 'manual' | 'compromised'): Promise<RotationStatus> {
    this.#seen.forget()
    const host = this.#host()
    const running = (await host.state.read(host.environment, this.name))?.rotation
    // The rotation under way has put the value in use already that is now said to be known: ending it is not enough.
    let again = reason === 'compromised' && running !== undefined && running.reason !== 'compromised' && AFTER_PROMOTE.has(running.step)
    if (running === undefined || reason === 'compromised') await beginRotation(host, reason)
    let waitedAt: string | undefined
    for (;;) {
      const status = await advanceRotation(host)
      // What was done so far is loaded here at once: this process may be the one that is waited for.
      await this.refresh()
      if (again && (status.status === 'done' || status.status === 'none')) {
        again = false
        waitedAt = undefined
        await beginRotation(host, reason)
        continue
      }
      if (status.status !== 'waiting' || status.step === waitedAt) {
        this.#seen.forget()
        return status
      }
      waitedAt = status.step
    }
  }

  async import(value: string): Promise<string> {
    if (value.trim() === '' || isPlaceholder(value)) throw new SecretsError([this.#problem('placeholder', 'was given a placeholder')])
    const { provider, state, environment } = this.#options
    const record = await state.read(environment, this.name)
    if (record?.versions.some((version) => version.state === 'current') === true) throw new SecretsError([this.#problem('unfit', 'has a current version already: rotate it')])
    if (record?.rotation !== undefined) throw new SecretsError([this.#problem('unfit', 'is being rotated: go on with that')])
    if (provider.write === undefined) throw new SecretProviderError(`the provider "${provider.name}" can't keep values: set it at its source`)
    this.#seen.forget()
    this.#seen.add(value)
    const request = { name: this.name, key: this.definition.key ?? this.name }
    const { version } = await provider.write({ ...request, value, rotationId: crypto.randomUUID() })
    await provider.promote?.({ ...request, version })
    if (this.definition.rotation !== undefined) await this.#begin(version, await fingerprint(this.#options.fingerprintKey, value))
    await this.refresh()
    this.#seen.forget()
    return version
  }

  /** A secret that is rotated follows its state, not its provider: where all its versions have ended, a new first one is noted there. */
  async #begin(version: string, print: string): Promise<void> {
    const { state, environment, clock } = this.#options
    for (;;) {
      const record = await state.read(environment, this.name)
      if (record === undefined || record.versions.some((known) => known.state === 'current' || known.version === version)) return
      const fresh: VersionRecord = { version, state: 'current', createdAt: clock.now(), fingerprint: print }
      if (await state.write({ ...record, revision: record.revision + 1, versions: [fresh, ...record.versions] })) return
    }
  }

  async revoke(version: string | undefined): Promise<readonly string[]> {
    this.#seen.forget()
    const ended = await revokeVersion(this.#host(), version)
    await this.refresh()
    this.#seen.forget()
    return ended
  }

  /** Forgets the values, and says that this instance need not be waited for any more. */
  async close(): Promise<void> {
    this.#closed = true
    this.#forget()
    const { state, environment, instance } = this.#options
    // Where the state is away, the acknowledgement ends by itself.
    if (this.#acknowledged) await state.acknowledge(environment, this.name, { instance, revision: 0 }, 0).catch(() => undefined)
  }

  #forget(): void {
    for (const version of this.#held.versions) this.#held.letGo(version)
    this.#seen.forget()
  }

  #host(): RotationHost {
    const { environment, provider, state, instance, clock, fingerprintKey, onRotation } = this.#options
    return {
      environment, name: this.name, definition: this.definition, provider, state, instance, now: () => clock.now(), overlapMs: this.#overlapMs(), fingerprintKey,
      onValue: (value) => this.#seen.add(value), clean: (text) => this.#seen.clean(text), onStep: onRotation,
    }
  }

  #current(): Held {
    const current = this.#record?.versions.find((version) => version.state === 'current')
    const held = current === undefined ? undefined : this.#held.get(current.version)
    if (held === undefined) throw new SecretsError([this.#problem('missing', this.#record === undefined ? 'has not been loaded: call load() first' : 'has no current version')])
    if (this.definition.overdue === 'refuse' && this.definition.rotate !== undefined && current !== undefined) {
      const due = (current.promotedAt ?? current.createdAt) + parseDuration(this.definition.rotate)
      if (this.#options.clock.now() > due) throw new SecretsError([this.#problem('overdue', 'is overdue for rotation, and its definition refuses that')])
    }
    return held
  }

  #ofVersion(version: string): Held {
    const held = this.#held.get(version)
    const record = this.#record?.versions.find((known) => known.version === version)
    if (held === undefined || record === undefined || !verifies(record, this.#record, this.#options.clock.now())) throw new SecretsError([this.#problem('revoked', 'no longer has this version')])
    return held
  }

  #take(held: Held, how: 'reveal' | 'use'): unknown {
    this.#options.onAccess({ name: this.name, version: held.version, how })
    return held.value
  }

  #overlapMs(): number {
    const { overlap } = this.definition
    return overlap === undefined ? 0 : parseDuration(overlap)
  }

  #problem(kind: SecretProblemKind, message: string): SecretProblem {
    return { name: this.name, kind, message }
  }
}

/** The version of a value whose provider has none. */
function labelOf(print: string): string {
  return `value-${print.slice(0, 12)}`
}

/**
 * Whether a version is good for verifying. A previous one stays good, whatever its overlap, until its rotation has revoked it:
 * an instance that is behind still signs with it.
 */
function verifies(version: VersionRecord, record: SecretRecord | undefined, now: number): boolean {
  switch (version.state) {
    case 'set':
    case 'tested':
    case 'current':
      return true
    case 'previous':
      return record?.rotation?.replaces === version.version || (version.verifiesUntil ?? 0) > now
    default:
      return false
  }
}
