import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createScrubber } from '../scrub/scrubber.ts'
import { fakeClock } from '../testing/fake-clock.ts'
import { defineSecrets, encryptedProvider, envProvider, fingerprint, isPlaceholder, memorySealedStorage, memorySecretState, SecretsError, type SecretAccess, type SecretProvider } from './index.ts'

const KEY = 'fingerprint-key-for-tests'
const day = 86_400_000
const good = { A_KEY: 'a8Kq-2mZp0-xW41-vv', B_KEY: 'b1Lr-9nYq7-uE52-ww' }
const define = (description: string): { readonly description: string } => ({ description })

async function problemsOf(run: () => Promise<unknown>): Promise<readonly string[]> {
  const error = await run().then(() => undefined, (thrown: unknown) => thrown)
  if (!(error instanceof SecretsError)) throw new Error('expected a SecretsError', { cause: error })
  for (const value of Object.values(good)) expect(`${error.message} ${JSON.stringify(error.problems)}`).not.toContain(value)
  return error.problems.map(({ name, kind }) => `${name} ${kind}`).sort()
}

describe('the start', () => {
  it('is stopped by one error that lists all that is wrong', async () => {
    const secrets = defineSecrets({
      environment: 'test',
      scrubber: createScrubber(),
      provider: envProvider({ env: { EMPTY: '  ', PLACE: '<your key>', SHORT: 'abc', FINE: good.A_KEY } }),
      secrets: { MISSING: define('m'), EMPTY: define('e'), PLACE: define('p'), SHORT: define('s'), FINE: define('f'), MAYBE: { description: 'o', optional: true } },
    })
    expect(await problemsOf(() => secrets.load())).toEqual(['EMPTY empty', 'MISSING missing', 'PLACE placeholder', 'SHORT unfit'])
  })

  it('tells which provider could not be read, and nothing that it said', async () => {
    const provider: SecretProvider = { name: 'broken', read: () => Promise.reject(new Error(`could not use ${good.A_KEY}`)) }
    expect(await problemsOf(() => defineSecrets({ provider, secrets: { A_KEY: define('a') } }).load())).toEqual(['A_KEY unreadable'])
  })

  it('does not quote what a parser says', async () => {
    const secrets = defineSecrets({ provider: envProvider({ env: good }), secrets: { A_KEY: { description: 'json', parse: JSON.parse } } })
    expect(await problemsOf(() => secrets.load())).toEqual(['A_KEY unfit'])
  })

  it.each(['changeme', 'CHANGE_ME', 'xxxxxxxx', '<insert token>', '${STRIPE_KEY}', 'your-api-key-here', 'sk_xxxx', '"todo"', 'password', 'replace-me', 'YOUR_SECRET_KEY'])('takes %s for a placeholder', (value) => {
    expect(isPlaceholder(value)).toBe(true)
  })

  it.each([...Object.values(good), 'postgres://user:hunter2pass@db/app', 'correct horse battery staple', 'myapp-9f8e7d6c'])('takes %s for a value', (value) => {
    expect(isPlaceholder(value)).toBe(false)
  })

  it('refuses names that it can not look up', () => {
    expect(() => defineSecrets({ secrets: { 'a key': define('x') } })).toThrow("'a key'")
  })
})

describe('isolation', () => {
  it('stops on a value of another environment (NHI8) and of another principal (NHI9), by name', async () => {
    const secrets = defineSecrets({
      environment: 'staging',
      provider: envProvider({ env: { ...good, C_KEY: good.B_KEY } }),
      isolation: { key: KEY, others: [{ environment: 'production', name: 'LIVE_KEY', fingerprint: await fingerprint(KEY, good.A_KEY) }] },
      secrets: { A_KEY: define('a'), B_KEY: { description: 'b', principal: 'service:billing' }, C_KEY: { description: 'c', principal: 'service:mail' } },
    })
    expect(await problemsOf(() => secrets.load())).toEqual(['A_KEY shared-environment', 'C_KEY shared-principal'])
  })

  it('sees other environments in a state that is shared', async () => {
    const state = memorySecretState()
    const make = (environment: string): ReturnType<typeof defineSecrets> =>
      defineSecrets({ environment, state, provider: envProvider({ env: good }), isolation: { key: KEY }, secrets: { A_KEY: define('a') } })
    await make('production').load()
    expect(await problemsOf(() => make('staging').load())).toEqual(['A_KEY shared-environment'])
  })

  it('gives fingerprints that depend on the key', async () => {
    expect(await fingerprint(KEY, 'x')).not.toBe(await fingerprint(`${KEY}2`, 'x'))
    await expect(fingerprint('short', 'x')).rejects.toThrow(RangeError)
  })

  it('asks for a key where processes share the state', () => {
    expect(() => defineSecrets({ state: memorySecretState(), secrets: { A_KEY: define('a') } })).toThrow('isolation')
  })
})

describe('values', () => {
  it('are registered with every scrubber that is attached, parts of URLs and of JSON too', async () => {
    const before = createScrubber()
    const after = createScrubber()
    const secrets = defineSecrets({
      scrubber: before,
      provider: envProvider({ env: { ...good, DB: 'postgres://shop:pA55%2Fw0rd-x1@db.test/shop', CRED: '{"user":"u","password":"zq81-ppal-77ty"}' } }),
      secrets: { A_KEY: define('a'), DB: define('d'), CRED: { description: 'c', parse: (text) => JSON.parse(text) as { password: string } } },
    })
    await secrets.load()
    secrets.attach({ scrubber: after })
    for (const scrubber of [before, after]) {
      for (const value of [good.A_KEY, 'pA55%2Fw0rd-x1', 'pA55/w0rd-x1', 'zq81-ppal-77ty', btoa(good.A_KEY)]) expect(scrubber.scrub(`x ${value} y`).text).not.toContain(value)
    }
    expect(secrets.get('CRED').reveal().password).toBe('zq81-ppal-77ty')
  })

  it('are told of when they are taken: name and version, not the value', async () => {
    const accesses: SecretAccess[] = []
    const secrets = defineSecrets({ provider: envProvider({ env: good }), onAccess: (access) => accesses.push(access), secrets: { A_KEY: define('a') } })
    await secrets.load()
    expect(accesses).toEqual([])
    secrets.get('A_KEY').reveal()
    secrets.get('A_KEY').use(() => 1)
    expect(accesses.map(({ name, how }) => [name, how])).toEqual([['A_KEY', 'reveal'], ['A_KEY', 'use']])
    expect(JSON.stringify(accesses)).not.toContain(good.A_KEY)
  })

  it('are not there before load, after close, and when optional and absent', async () => {
    const secrets = defineSecrets({ provider: envProvider({ env: good }), secrets: { A_KEY: define('a'), GONE: { description: 'g', optional: true } } })
    expect(() => secrets.get('A_KEY').reveal()).toThrow('load()')
    await secrets.load()
    expect(secrets.get('GONE')).toBeUndefined()
    const key = secrets.get('A_KEY')
    await secrets.close()
    expect(() => key.reveal()).toThrow(SecretsError)
  })

  it('follow a provider whose value changes, and verify with the old one for the overlap', async () => {
    const clock = fakeClock()
    const env: Record<string, string> = { A_KEY: good.A_KEY }
    const scrubber = createScrubber()
    const secrets = defineSecrets({ clock, scrubber, provider: envProvider({ env }), secrets: { A_KEY: { description: 'a', overlap: '1h' } } })
    await secrets.load()
    const key = secrets.get('A_KEY')
    env['A_KEY'] = good.B_KEY
    await secrets.refresh()
    expect(key.reveal()).toBe(good.B_KEY)
    expect(secrets.verifying('A_KEY').map((secret) => secret.reveal())).toEqual([good.B_KEY, good.A_KEY])
    clock.set(clock.now() + 2 * 3_600_000)
    await secrets.refresh()
    expect(secrets.verifying('A_KEY').map((secret) => secret.reveal())).toEqual([good.B_KEY])
    expect(scrubber.scrub(good.A_KEY).text).toBe(good.A_KEY)
    await secrets.close()
  })

  it('are looked at again at the interval', async () => {
    let reads = 0
    const provider: SecretProvider = { name: 'p', read: () => Promise.resolve({ value: good.A_KEY, version: String(++reads > 0) }) }
    const clock = fakeClock()
    const secrets = defineSecrets({ clock, provider, refreshEvery: '10s', secrets: { A_KEY: define('a') } })
    await secrets.load()
    const before = reads
    await clock.advance(10_001)
    await expect.poll(() => reads).toBe(before + 1)
    await secrets.close()
    await clock.advance(60_000)
    expect(reads).toBe(before + 1)
  })

  it('are not read once more by what is under way when they are closed', async () => {
    let reads = 0
    let answer = (): void => undefined
    const provider: SecretProvider = {
      name: 'p',
      read: () => new Promise((resolve) => {
        answer = () => resolve({ value: good.A_KEY, version: '1' })
        if (++reads !== 2) answer()
      }),
    }
    const secrets = defineSecrets({ clock: fakeClock(), provider, secrets: { A_KEY: define('a') } })
    await secrets.load()
    const refreshed = secrets.refresh()
    await expect.poll(() => reads).toBe(2)
    await secrets.close()
    answer()
    await refreshed
    expect(reads).toBe(2)
  })

  it('are looked at again where a provider once gave no answer at all', async () => {
    let version = 1
    let asked: AbortSignal | undefined
    const provider: SecretProvider = {
      name: 'p',
      read: ({ signal }) => (version === 2 ? new Promise(() => { asked = signal }) : Promise.resolve({ value: `${good.A_KEY}-${version}`, version: String(version) })),
    }
    const clock = fakeClock()
    const secrets = defineSecrets({ clock, provider, refreshEvery: '10s', secrets: { A_KEY: define('a') } })
    await secrets.load()
    version = 2
    await clock.advance(10_000)
    version = 3
    await clock.advance(30_000)
    expect(asked?.aborted).toBe(true)
    await clock.advance(10_000)
    await expect.poll(() => secrets.get('A_KEY').version).toBe('3')
    await secrets.close()
  })

  it('stop the start where a provider gives no answer, or throws at once', async () => {
    const clock = fakeClock()
    const silent = defineSecrets({ clock, provider: { name: 'silent', read: () => new Promise(() => undefined) }, secrets: { A_KEY: define('a') } }).load()
    await Promise.all([clock.advance(30_000), expect(silent).rejects.toThrow('A_KEY: could not be read from the provider "silent": no answer within 30 seconds')])
    const throws = defineSecrets({ provider: { name: 'throws', read: () => { throw new Error(good.A_KEY) } }, secrets: { A_KEY: define('a') } })
    expect(await problemsOf(() => throws.load())).toEqual(['A_KEY unreadable'])
  })

  it('stay when the provider is away', async () => {
    let away = false
    const provider: SecretProvider = { name: 'p', read: () => (away ? Promise.reject(new Error('away')) : Promise.resolve({ value: good.A_KEY, version: '1' })) }
    const clock = fakeClock()
    const secrets = defineSecrets({ clock, provider, secrets: { A_KEY: define('a') } })
    await secrets.load()
    away = true
    await clock.advance(120_000)
    expect(secrets.get('A_KEY').reveal()).toBe(good.A_KEY)
    await secrets.close()
  })
})

describe('a first value', () => {
  const provider = encryptedProvider({ storage: memorySealedStorage(), keys: { one: btoa('k'.repeat(32)) }, environment: 'production' })

  it('can be imported once, and not a placeholder', async () => {
    const secrets = defineSecrets({ provider, secrets: { A_KEY: { description: 'a', rotation: {} } } })
    await expect(secrets.import('A_KEY', 'changeme')).rejects.toThrow('placeholder')
    await secrets.import('A_KEY', good.A_KEY)
    expect(secrets.get('A_KEY').reveal()).toBe(good.A_KEY)
    await expect(secrets.import('A_KEY', good.B_KEY)).rejects.toThrow('rotate')
    await expect(defineSecrets({ provider: envProvider({ env: {} }), secrets: { A_KEY: define('a') } }).import('A_KEY', good.A_KEY)).rejects.toThrow('at its source')
    await secrets.close()
  })
})

describe('schedules', () => {
  let clock = fakeClock()
  beforeEach(() => { clock = fakeClock() })
  const closing: { close(): Promise<void> }[] = []
  afterEach(async () => { for (const secrets of closing.splice(0)) await secrets.close() })

  it('report what is overdue, and refuse it where that is asked', async () => {
    const secrets = defineSecrets({
      clock, provider: envProvider({ env: good }),
      secrets: { A_KEY: { description: 'a', rotate: '30d' }, B_KEY: { description: 'b', rotate: '30d', overdue: 'refuse' } },
    })
    closing.push(secrets)
    await secrets.load()
    clock.set(clock.now() + 31 * day)
    expect((await secrets.status()).map(({ name, overdue }) => [name, overdue])).toEqual([['A_KEY', true], ['B_KEY', true]])
    expect(secrets.get('A_KEY').reveal()).toBe(good.A_KEY)
    expect(() => secrets.get('B_KEY').reveal()).toThrow('overdue')
    expect(await problemsOf(() => secrets.load())).toEqual(['B_KEY overdue'])
  })

  it('rotate what is due by advance', async () => {
    const storage = memorySealedStorage()
    const provider = encryptedProvider({ storage, keys: { one: btoa('k'.repeat(32)) }, environment: 'production', now: () => clock.now() })
    await provider.put('A_KEY', good.A_KEY)
    const secrets = defineSecrets({ clock, provider, secrets: { A_KEY: { description: 'a', rotate: '30d', rotation: {} } } })
    closing.push(secrets)
    await secrets.load()
    expect(await secrets.advance()).toEqual([])
    clock.set(clock.now() + 31 * day)
    expect((await secrets.advance())[0]?.status.status).toBe('done')
    expect(secrets.get('A_KEY').reveal()).not.toBe(good.A_KEY)
  })
})
