import { DefinitionError } from '../errors/sallyport-error.ts'
import { systemClock, type Clock, type TimerHandle } from '../lib/clock.ts'
import { parseDuration } from '../lib/duration.ts'
import type { SecretDefinition, SecretDefinitions, SecretValue } from './definition.ts'
import { Registrations } from './holding.ts'
import { SecretEntry } from './entry.ts'
import { inTime } from './in-time.ts'
import type { DefineSecretsOptions, FingerprintRecord, SecretAccess, SecretsTarget } from './options.ts'
import { isolationProblems, type LoadedFingerprint } from './problems-at-start.ts'
import { SecretsError, type SecretProblem } from './problems.ts'
import { envProvider } from './providers/env.ts'
import { randomSecret } from './rotation-steps.ts'
import type { RotationEvent, RotationStatus } from './rotation.ts'
import { memorySecretState } from './state.ts'
import type { Secret } from './secret.ts'
import type { SecretStatus } from './status.ts'

/** The secrets of an application. Made by `defineSecrets`. */
export interface Secrets<Definitions extends SecretDefinitions = SecretDefinitions> {
  readonly environment: string
  readonly names: readonly string[]
  /**
   * Reads every secret and starts to follow changes. Call it once, before the first call is taken.
   *
   * @throws SecretsError with everything that is missing, empty, a placeholder, shared, or overdue and refused
   */
  load(): Promise<void>
  /** Looks for new versions now, instead of at the next interval, and acknowledges what it has loaded. */
  refresh(): Promise<void>
  /** A handle on a secret. It follows rotations: keep it as long as you like. */
  get<Name extends keyof Definitions & string>(
    name: Name,
  ): Definitions[Name] extends { readonly optional: true } ? Secret<SecretValue<Definitions[Name]>> | undefined : Secret<SecretValue<Definitions[Name]>>
  /** All versions that verify now, the current one first: what signs with a secret verifies with each of these. */
  verifying<Name extends keyof Definitions & string>(name: Name): readonly Secret<SecretValue<Definitions[Name]>>[]
  /**
   * Starts a rotation, or goes on with the one under way, as far as it can without waiting. `compromised` ends the value that is
   * in use now without an overlap.
   */
  rotate(name: keyof Definitions & string, options?: { readonly reason?: 'schedule' | 'manual' | 'compromised' }): Promise<RotationStatus>
  /** Goes on with every rotation under way, and starts those that are due. */
  advance(): Promise<readonly { readonly name: string; readonly status: RotationStatus }[]>
  /** Ends a version (default: all that verify) at once, with nothing in its place. Gives the versions that it ended. */
  revoke(name: keyof Definitions & string, version?: string): Promise<readonly string[]>
  /**
   * Keeps a first value that was made elsewhere. For a secret that has a current version, rotate instead.
   *
   * @throws SecretsError for a placeholder, or where there is a current version; SecretProviderError where the provider can't keep it
   */
  import(name: keyof Definitions & string, value: string): Promise<string>
  /** Ages, schedules, versions and rotations. Never a value. */
  status(): Promise<readonly SecretStatus[]>
  /** Keyed fingerprints, to compare with those of other environments. */
  fingerprints(): Promise<readonly FingerprintRecord[]>
  /** Registers all values with a scrubber, now and as they come, and tells of accesses and of the steps of rotations. */
  attach(target: SecretsTarget): void
  /** Stops following changes and forgets the values. Rotations wait for this instance no longer. */
  close(): Promise<void>
}

const NAME = /^[A-Za-z][A-Za-z0-9_]{0,127}$/

/**
 * Says which secrets an application has, where they are kept and how they are rotated.
 *
 * @throws DefinitionError for a name or a duration that can't be read
 * @example
 * ```ts
 * export const secrets = defineSecrets({
 *   secrets: {
 *     STRIPE_KEY: { description: 'charges cards', owner: 'payments', rotate: '90d', overlap: '1d' },
 *     SESSION_KEY: { description: 'signs sessions', rotate: '30d', overlap: '7d', rotation: {} },
 *   },
 * })
 * await secrets.load()
 * secrets.get('STRIPE_KEY').use((key) => new Stripe(key))
 * ```
 */
export function defineSecrets<const Definitions extends SecretDefinitions>(options: DefineSecretsOptions<Definitions>): Secrets<Definitions> {
  return new SecretSet(options) as unknown as Secrets<Definitions>
}

// Which type a value has is known to the definitions alone: `defineSecrets` says it.
class SecretSet implements Omit<Secrets, 'get' | 'verifying'> {
  readonly environment: string
  readonly names: readonly string[]
  readonly #entries = new Map<string, SecretEntry>()
  readonly #registrations = new Registrations()
  readonly #accessListeners: ((access: SecretAccess) => void)[] = []
  readonly #rotationListeners: ((event: RotationEvent) => void)[] = []
  readonly #options: DefineSecretsOptions<SecretDefinitions>
  readonly #clock: Clock
  readonly #refreshMs: number
  #timer: TimerHandle | undefined
  #closed = false

  constructor(options: DefineSecretsOptions<SecretDefinitions>) {
    this.#options = options
    this.environment = options.environment ?? readEnvironment()
    this.#clock = options.clock ?? systemClock
    this.#refreshMs = parseDuration(options.refreshEvery ?? '30s')
    this.names = Object.keys(options.secrets)
    const provider = options.provider ?? envProvider()
    if (options.state !== undefined && options.isolation === undefined) {
      throw new DefinitionError('Secrets with a state that processes share need `isolation: { key }`: values are told apart by keyed fingerprints.')
    }
    const state = options.state ?? memorySecretState()
    const instance = options.instance ?? crypto.randomUUID()
    const fingerprintKey = options.isolation?.key ?? randomSecret()
    const strict = this.environment === 'development' || this.environment === 'test'
    for (const [name, definition] of Object.entries(options.secrets)) {
      if (!NAME.test(name)) throw new DefinitionError(`'${name}' is not a name for a secret. Write letters, digits and underscores: STRIPE_KEY.`)
      this.#entries.set(name, new SecretEntry({
        name, definition: definition as SecretDefinition, provider: inTime(definition.provider ?? provider, this.#clock), state, instance, strict, fingerprintKey,
        environment: this.environment, clock: this.#clock, aliveMs: this.#refreshMs * 3, registrations: this.#registrations,
        onAccess: (access) => this.#accessListeners.forEach((listen) => listen(access)),
        onRotation: (event) => this.#rotationListeners.forEach((listen) => listen(event)),
      }))
    }
    this.attach(options)
  }

  async load(): Promise<void> {
    const problems: SecretProblem[] = []
    for (const found of await Promise.all([...this.#entries.values()].map((entry) => entry.load()))) problems.push(...found)
    problems.push(...(await this.#isolation()))
    for (const { overdue, refused, name } of await this.status()) {
      if (overdue && refused) problems.push({ name, kind: 'overdue', message: 'is overdue for rotation, and its definition refuses that' })
    }
    if (problems.length > 0) throw new SecretsError(problems)
    this.#follow()
  }

  async #isolation(): Promise<readonly SecretProblem[]> {
    const own: LoadedFingerprint[] = []
    for (const entry of this.#entries.values()) {
      for (const print of entry.fingerprints()) own.push({ name: entry.name, principal: entry.definition.principal, fingerprint: print })
    }
    const elsewhere: FingerprintRecord[] = [...(this.#options.isolation?.others ?? [])]
    const { state } = this.#options
    if (state !== undefined && this.#options.isolation !== undefined) elsewhere.push(...(await state.fingerprintsElsewhere(this.environment)))
    return isolationProblems(this.environment, own, elsewhere)
  }

  #follow(): void {
    if (this.#closed) return
    this.#timer?.cancel()
    this.#timer = this.#clock.setTimer(this.#refreshMs, () => {
      // A provider that is away keeps what was loaded: the next interval tries again.
      this.refresh().catch(() => undefined).finally(() => this.#follow())
    })
  }

  async refresh(): Promise<void> {
    await Promise.all([...this.#entries.values()].map((entry) => entry.refresh()))
  }

  get(name: string): Secret<unknown> | undefined {
    return this.#entry(name).handle()
  }

  verifying(name: string): readonly Secret<unknown>[] {
    return this.#entry(name).verifying()
  }

  rotate(name: string, { reason = 'manual' }: { readonly reason?: 'schedule' | 'manual' | 'compromised' } = {}): Promise<RotationStatus> {
    return this.#entry(name).rotate(reason)
  }

  async advance(): Promise<readonly { readonly name: string; readonly status: RotationStatus }[]> {
    const done: { readonly name: string; readonly status: RotationStatus }[] = []
    for (const entry of this.#entries.values()) {
      const { rotation, overdue } = await entry.status()
      if (rotation === undefined && !(overdue && entry.definition.rotation !== undefined)) continue
      done.push({ name: entry.name, status: await entry.rotate(rotation?.reason ?? 'schedule') })
    }
    return done
  }

  revoke(name: string, version?: string): Promise<readonly string[]> {
    return this.#entry(name).revoke(version)
  }

  import(name: string, value: string): Promise<string> {
    return this.#entry(name).import(value)
  }

  status(): Promise<readonly SecretStatus[]> {
    return Promise.all([...this.#entries.values()].map((entry) => entry.status()))
  }

  fingerprints(): Promise<readonly FingerprintRecord[]> {
    const records = [...this.#entries.values()].flatMap((entry) => entry.fingerprints().map((fingerprint) => ({ environment: this.environment, name: entry.name, fingerprint })))
    return Promise.resolve(records)
  }

  attach({ scrubber, onAccess, onRotation }: SecretsTarget): void {
    if (scrubber !== undefined) this.#registrations.attach(scrubber)
    if (onAccess !== undefined && !this.#accessListeners.includes(onAccess)) this.#accessListeners.push(onAccess)
    if (onRotation !== undefined && !this.#rotationListeners.includes(onRotation)) this.#rotationListeners.push(onRotation)
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#timer?.cancel()
    await Promise.all([...this.#entries.values()].map((entry) => entry.close()))
  }

  #entry(name: string): SecretEntry {
    const entry = this.#entries.get(name)
    if (entry === undefined) throw new DefinitionError(`There is no secret '${name}'. Defined are ${this.names.join(', ')}.`)
    return entry
  }
}

function readEnvironment(): string {
  const env = (globalThis as { process?: { env?: Readonly<Record<string, string | undefined>> } }).process?.env
  return env?.['NODE_ENV'] ?? 'production'
}
