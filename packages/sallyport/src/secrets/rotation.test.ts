import { describe, expect, it } from 'vitest'
import { fakeClock } from '../testing/fake-clock.ts'
import { crashMatrix } from './rotation.contract.fixture.ts'
import { createScrubber } from '../scrub/index.ts'
import { defineSecrets, encryptedProvider, memorySealedStorage, memorySecretState, type RotationEvent, type RotationSteps, type Secrets, type SecretStateStore } from './index.ts'

const hour = 3_600_000

async function setUp(rotation: RotationSteps = {}, overlap: '1h' | null = '1h') {
  const clock = fakeClock()
  const state: SecretStateStore = memorySecretState()
  const provider = encryptedProvider({ storage: memorySealedStorage(), keys: { one: btoa('k'.repeat(32)) }, environment: 'production', now: () => clock.now() })
  await provider.put('KEY', 'first-value-9Zx')
  const make = (instance: string): Secrets<{ KEY: { description: string } }> =>
    defineSecrets({
      clock, provider, state, instance, environment: 'production', isolation: { key: 'fingerprint-key-for-tests' },
      secrets: { KEY: { description: 'k', rotation, ...(overlap === null ? {} : { overlap }) } },
    })
  return { clock, state, provider, make }
}

describe('a rotation', () => {
  it('goes through its steps, keeps the old version for the overlap, then revokes and destroys it', async () => {
    const revoked: unknown[] = []
    const { clock, make, state } = await setUp({ revoke: ({ value }) => void revoked.push(value) })
    const secrets = make('one')
    await secrets.load()
    const old = secrets.get('KEY').reveal()
    expect(await secrets.rotate('KEY')).toMatchObject({ status: 'waiting', step: 'overlap' })
    const fresh = secrets.get('KEY').reveal()
    expect(fresh).not.toBe(old)
    expect(secrets.verifying('KEY').map((secret) => secret.reveal())).toEqual([fresh, old])
    expect(await secrets.rotate('KEY')).toMatchObject({ status: 'waiting' })
    clock.set(clock.now() + hour + 1)
    expect(await secrets.rotate('KEY')).toMatchObject({ status: 'done' })
    expect(revoked).toEqual([old])
    expect(secrets.verifying('KEY').map((secret) => secret.reveal())).toEqual([fresh])
    expect((await state.read('production', 'KEY'))?.versions.map((version) => version.state)).toEqual(['current', 'destroyed'])
  })

  it('does not promote what its test refuses, and can be tried again', async () => {
    let broken = true
    const { make } = await setUp({ test: () => { if (broken) throw new Error('no answer') } }, null)
    const secrets = make('one')
    await secrets.load()
    expect(await secrets.rotate('KEY')).toEqual({ status: 'failed', step: 'test', reason: 'no answer' })
    expect(secrets.get('KEY').reveal()).toBe('first-value-9Zx')
    expect(secrets.verifying('KEY')).toHaveLength(1)
    broken = false
    expect(await secrets.rotate('KEY')).toMatchObject({ status: 'done' })
  })

  it('waits for instances before it promotes and before it revokes', async () => {
    const { make } = await setUp({}, null)
    const one = make('one')
    const two = make('two')
    await one.load()
    await two.load()
    expect(await one.rotate('KEY')).toMatchObject({ status: 'waiting', step: 'announce' })
    expect(one.get('KEY').reveal()).toBe('first-value-9Zx')
    await two.refresh()
    // Both verify the new version before anyone signs with it.
    expect(two.verifying('KEY')).toHaveLength(2)
    expect(await one.rotate('KEY')).toMatchObject({ status: 'waiting', step: 'overlap' })
    const fresh = one.get('KEY').reveal()
    expect(one.verifying('KEY').map((secret) => secret.reveal())).toEqual([fresh, 'first-value-9Zx'])
    expect(two.verifying('KEY').map((secret) => secret.reveal())).toContain(fresh)
    expect(await one.rotate('KEY')).toMatchObject({ status: 'waiting', step: 'overlap' })
    // Any process goes on with it.
    await two.refresh()
    expect(await two.rotate('KEY')).toMatchObject({ status: 'done' })
    expect(two.get('KEY').reveal()).toBe(fresh)
  })

  it('does not wait for an instance that is gone', async () => {
    const { clock, make } = await setUp({}, null)
    const one = make('one')
    const gone = make('gone')
    await one.load()
    await gone.load()
    expect(await one.rotate('KEY')).toMatchObject({ status: 'waiting' })
    clock.set(clock.now() + 10 * 60_000)
    expect(await one.rotate('KEY')).toMatchObject({ status: 'done' })
  })

  it('does not wait for an instance that was closed, as a command is when it ends', async () => {
    const { make } = await setUp({}, null)
    const one = make('one')
    const command = make('command')
    await one.load()
    await command.load()
    const late = command.refresh()
    await command.close()
    await late
    expect(() => command.get('KEY').reveal()).toThrow()
    expect(await one.rotate('KEY')).toMatchObject({ status: 'done' })
  })

  it('is one at a time', async () => {
    const { make, state } = await setUp()
    const one = make('one')
    await one.load()
    await one.rotate('KEY')
    const id = (await state.read('production', 'KEY'))?.rotation?.id
    await one.rotate('KEY')
    expect((await state.read('production', 'KEY'))?.rotation?.id).toBe(id)
    expect((await state.read('production', 'KEY'))?.versions).toHaveLength(2)
  })

  it('is worked at by one process at a time, and taken over when the lease of one that hangs has ended', async () => {
    const entered = Promise.withResolvers<void>()
    const gate = Promise.withResolvers<void>()
    let created = 0
    const { make, clock, state } = await setUp({
      create: async () => {
        created++
        if (created === 1) {
          entered.resolve()
          await gate.promise
        }
        return `value-${created}-9Zx-q7`
      },
    }, null)
    const one = make('one')
    const two = make('two')
    await one.load()
    await two.load()
    const hanging = one.rotate('KEY')
    await entered.promise
    expect(await two.rotate('KEY')).toEqual({ status: 'busy', holder: 'one' })
    expect(created).toBe(1)
    clock.set(clock.now() + 61_000)
    expect(await two.rotate('KEY')).toMatchObject({ status: 'waiting', step: 'announce' })
    gate.resolve()
    let status = await hanging
    for (let turn = 0; turn < 6 && status.status === 'waiting'; turn++) {
      await two.refresh()
      status = await one.rotate('KEY')
    }
    expect(status).toMatchObject({ status: 'done' })
    await two.refresh()
    // What the one that hung had made came too late.
    expect([one.get('KEY').reveal(), two.get('KEY').reveal()]).toEqual(['value-2-9Zx-q7', 'value-2-9Zx-q7'])
    expect((await state.read('production', 'KEY'))?.versions).toHaveLength(2)
  })

  it('of a compromised secret ends the old version at once, even in the middle of another rotation', async () => {
    const revoked: unknown[] = []
    const { make } = await setUp({ revoke: ({ value }) => void revoked.push(value) })
    const one = make('one')
    const two = make('two')
    await one.load()
    await two.load()
    await one.rotate('KEY')
    expect(await one.rotate('KEY', { reason: 'compromised' })).toMatchObject({ status: 'done' })
    expect(one.verifying('KEY')).toHaveLength(1)
    expect(revoked).toEqual(['first-value-9Zx'])
    await two.refresh()
    expect(two.verifying('KEY').map((secret) => secret.reveal())).toEqual([one.get('KEY').reveal()])
  })

  it('of a secret that is compromised during the overlap ends the old version and the one in use', async () => {
    const revoked: unknown[] = []
    const { make, state } = await setUp({ revoke: ({ value }) => void revoked.push(value) })
    const one = make('one')
    await one.load()
    expect(await one.rotate('KEY')).toMatchObject({ status: 'waiting', step: 'overlap' })
    const known = one.get('KEY').reveal()
    expect(await one.rotate('KEY', { reason: 'compromised' })).toMatchObject({ status: 'done' })
    const fresh = one.get('KEY').reveal()
    expect(fresh).not.toBe(known)
    expect(one.verifying('KEY').map((secret) => secret.reveal())).toEqual([fresh])
    expect(revoked).toEqual(['first-value-9Zx', known])
    expect((await state.read('production', 'KEY'))?.versions.map((version) => version.state)).toEqual(['current', 'destroyed', 'destroyed'])
  })

  it('of a compromised secret verifies nothing old any more, also while the issuer can not revoke it', async () => {
    let away = true
    const { make, clock } = await setUp({ revoke: () => { if (away) throw new Error('the issuer is away') } })
    const one = make('one')
    await one.load()
    await expect(one.rotate('KEY', { reason: 'compromised' })).rejects.toThrow('away')
    await one.refresh()
    expect(one.verifying('KEY').map((secret) => secret.reveal())).toEqual([one.get('KEY').reveal()])
    expect(one.get('KEY').reveal()).not.toBe('first-value-9Zx')
    away = false
    clock.set(clock.now() + 61_000)
    expect(await one.rotate('KEY')).toMatchObject({ status: 'done' })
  })

  it('can end a version with nothing in its place', async () => {
    const { clock, make } = await setUp()
    const one = make('one')
    await one.load()
    expect(await one.revoke('KEY')).toHaveLength(1)
    expect(() => one.get('KEY').reveal()).toThrow('no current version')
    await expect(make('two').load()).rejects.toThrow('revoked')
    clock.set(clock.now() + 10 * 60_000)
    expect(await one.rotate('KEY')).toMatchObject({ status: 'done' })
    expect(one.get('KEY').reveal()).toBeTruthy()
  })

  it('is told step by step, without values', async () => {
    const { clock, provider, state } = await setUp({}, null)
    const events: string[] = []
    const secrets = defineSecrets({
      clock, provider, state, environment: 'production', isolation: { key: 'fingerprint-key-for-tests' },
      onRotation: ({ step, outcome }) => events.push(`${step} ${outcome}`), secrets: { KEY: { description: 'k', rotation: {} } },
    })
    const attached: string[] = []
    secrets.attach({ onRotation: (event) => attached.push(JSON.stringify(event)) })
    await secrets.load()
    await secrets.rotate('KEY')
    expect(attached).toHaveLength(events.length)
    expect(attached.join()).not.toContain(secrets.get('KEY').reveal())
    expect(attached.join()).not.toContain('first-value-9Zx')
    expect(events.filter((event) => event.endsWith('started'))).toEqual(['create', 'test', 'announce', 'promote', 'overlap', 'revoke', 'destroy'].map((step) => `${step} started`))
  })
})

describe('what a step throws', () => {
  const quoting: readonly (readonly [string, RotationSteps])[] = [
    ['create, of the value in use', { create: ({ current }) => { throw new Error(`401 for ${current}, ${btoa(current ?? '')}`) } }],
    ['set, of the new value', { set: ({ value }) => { throw new Error(`401 for ${value}, ${btoa(value)}`) } }],
    ['test, of the new value', { test: ({ value }) => { throw new Error(`401 for ${value}, ${btoa(value)}`) } }],
  ]
  it.each(quoting)('in %s is told without it, encoded neither', async (_, steps) => {
    let value = ''
    const { make } = await setUp({ ...steps, create: async (context) => (value = (await steps.create?.(context)) ?? 'made-by-the-issuer-7Yw') }, null)
    const secrets = make('one')
    const events: RotationEvent[] = []
    secrets.attach({ scrubber: createScrubber(), onRotation: (event) => void events.push(event) })
    await secrets.load()
    const status = await secrets.rotate('KEY')
    expect(status).toMatchObject({ status: 'failed', reason: expect.stringMatching(/^401 for \[/) as string })
    for (const said of [JSON.stringify(status), JSON.stringify(events)]) {
      for (const secret of ['first-value-9Zx', value].filter((text) => text !== '')) for (const form of [secret, btoa(secret)]) expect(said).not.toContain(form)
    }
  })

  it('is told without it where no scrubber is attached, too', async () => {
    const { make } = await setUp({ test: ({ value }) => { throw new Error(`401 for ${value}`) } }, null)
    const secrets = make('one')
    await secrets.load()
    expect(await secrets.rotate('KEY')).toEqual({ status: 'failed', step: 'test', reason: '401 for [secret KEY]' })
  })

  it('while a version is ended can be scrubbed by whoever is told: the value stays registered until it is ended', async () => {
    let broken = true
    const { make } = await setUp({ revoke: ({ value }) => { if (broken) throw new Error(`500 for ${value}`) } }, null)
    const secrets = make('one')
    const scrubber = createScrubber()
    secrets.attach({ scrubber })
    await secrets.load()
    const thrown: unknown = await secrets.revoke('KEY').catch((error: unknown) => error)
    expect(thrown).toMatchObject({ message: '500 for first-value-9Zx' })
    expect(scrubber.scrubValue(thrown).value).toMatchObject({ message: '500 for [REDACTED]' })
    broken = false
    await secrets.close()
    expect(scrubber.scrub('first-value-9Zx').findings).toEqual([])
  })
})

it('a first value can be imported again where all versions have been revoked', async () => {
  const { make, state } = await setUp({}, null)
  const secrets = make('one')
  await secrets.load()
  await secrets.revoke('KEY')
  await secrets.import('KEY', 'second-value-4Vt')
  expect(secrets.get('KEY').reveal()).toBe('second-value-4Vt')
  const other = make('two')
  await other.load()
  expect(other.get('KEY').reveal()).toBe('second-value-4Vt')
  expect((await state.read('production', 'KEY'))?.versions.map((version) => version.state)).toEqual(['current', 'revoked'])
  expect(await secrets.rotate('KEY')).toMatchObject({ status: 'waiting', step: 'announce' })
  await secrets.revoke('KEY')
  await expect(secrets.import('KEY', 'third-value-2Bn')).rejects.toThrow('is being rotated')
})

describe('a rotation that crashes', () => {
  it('at every call it makes, is gone on with by another process', async () => {
    await crashMatrix(() => Promise.resolve({ state: memorySecretState(), storage: memorySealedStorage() }))
  })
})
