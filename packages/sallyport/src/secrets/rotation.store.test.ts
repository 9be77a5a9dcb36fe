import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { postgresDriver } from '../stores/postgres/driver.ts'
import { freshSchema, PATIENT_MS, postgresAnswers } from '../stores/postgres/schema.fixture.ts'
import type { SqlDriver } from '../stores/sql/driver.ts'
import { sqliteDriver } from '../stores/sqlite/driver.ts'
import { fakeClock } from '../testing/fake-clock.ts'
import { crashMatrix } from './rotation.contract.fixture.ts'
import { defineSecrets, encryptedProvider, ROTATION_STEPS, sqlSealedStorage, sqlSecretState } from './index.ts'

const answers = await postgresAnswers()
const folder = mkdtempSync(join(tmpdir(), 'sallyport-rotation-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let count = 0
const open = (): SqlDriver => sqliteDriver({ path: join(folder, `${++count}.sqlite`) })

/** Each run of the matrix gets its own secret on one database: what differs between runs is the environment's rows. */
async function fresh(driver: SqlDriver): Promise<void> {
  for (const table of ['sallyport_secret', 'sallyport_secret_instance', 'sallyport_sealed_secret']) {
    await driver.transact([{ sql: `DELETE FROM ${table}` }])
  }
}

async function onDriver(driver: SqlDriver, part: number): Promise<void> {
  const state = sqlSecretState(driver)
  const storage = sqlSealedStorage(driver)
  await state.list('production')
  await storage.list()
  await crashMatrix(async () => {
    await fresh(driver)
    return { state, storage }
  }, { part, of: PARTS.length })
}

// Thousands of commits, one after the other: in parts side by side, each with a database of its own, they wait for the disk together.
const PARTS = [1, 2, 3, 4]

describe('a rotation that is killed at every call and gone on with', () => {
  it.concurrent.each(PARTS)('on SQLite: one current version, nothing fails that should verify, nothing verifies that should not (part %i of 4)', async (part) => {
    const driver = open()
    await onDriver(driver, part)
    await driver.close()
  })

  describe.skipIf(!answers)('Postgres (skipped where DATABASE_URL does not answer)', () => {
    it.concurrent.each(PARTS)('on Postgres (part %i of 4)', async (part) => {
      const { connectionString, drop } = await freshSchema()
      const driver = postgresDriver({ connectionString, timeoutMs: PATIENT_MS })
      await onDriver(driver, part)
      await driver.close()
      await drop()
    })
  })
})

/** Kills a process by SIGKILL as each step begins in turn, and lets this one go on. */
async function killedProcesses(database: string, driver: SqlDriver): Promise<void> {
  const storage = sqlSealedStorage(driver)
  const provider = encryptedProvider({ storage, keys: { one: btoa('k'.repeat(32)) }, environment: 'production' })
  const state = sqlSecretState(driver)
  await state.list('production')
  await storage.list()
  for (const step of ROTATION_STEPS) {
    await fresh(driver)
    await provider.put('KEY', 'first-value-9Zx')
    expect(await killed(database, step)).toBe('SIGKILL')
    const before = await state.read('production', 'KEY')
    expect(before?.rotation?.step).toBe(step)
    expect(before?.versions.filter((version) => version.state === 'current')).toHaveLength(1)
    // By then the lease of the process has ended, and nobody waits for it.
    const heir = defineSecrets({
      provider, state, clock: fakeClock(Date.now() + 180_000), environment: 'production', isolation: { key: 'fingerprint-key-for-tests' }, secrets: { KEY: { description: 'k', rotation: {} } },
    })
    await heir.load()
    const inUse = heir.get('KEY').reveal()
    expect(heir.verifying('KEY').map((secret) => secret.reveal())).toContain(inUse)
    expect(await heir.rotate('KEY')).toMatchObject({ status: 'done' })
    const after = await state.read('production', 'KEY')
    expect(after?.rotation).toBeUndefined()
    expect(after?.versions.map((version) => version.state).toSorted()).toEqual(['current', 'destroyed'])
    expect(heir.verifying('KEY').map((secret) => secret.reveal())).toEqual([heir.get('KEY').reveal()])
    expect(heir.get('KEY').reveal()).not.toBe('first-value-9Zx')
    await heir.close()
  }
}

function killed(database: string, step: string): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--conditions=@sallyport/source', '--no-warnings', fileURLToPath(new URL('./rotation-process.fixture.ts', import.meta.url)), database, step], { stdio: 'inherit' })
    child.once('error', reject)
    child.once('exit', (_, signal) => resolve(signal))
  })
}

describe('a process that is killed as a step of its rotation begins', () => {
  it('on SQLite: another one goes on', async () => {
    const path = join(folder, 'killed.sqlite')
    const driver = sqliteDriver({ path })
    await killedProcesses(path, driver)
    await driver.close()
  })

  it.skipIf(!answers)('on Postgres: another one goes on (skipped where DATABASE_URL does not answer)', async () => {
    const { connectionString, drop } = await freshSchema()
    const driver = postgresDriver({ connectionString, timeoutMs: PATIENT_MS })
    await killedProcesses(connectionString, driver)
    await driver.close()
    await drop()
  })
})

describe('four processes', () => {
  it('see a rotation without a restart, and the old version is revoked when the last of them has', async () => {
    const path = join(folder, 'shared.sqlite')
    const driver = sqliteDriver({ path })
    const keys = { one: btoa('k'.repeat(32)) }
    const provider = encryptedProvider({ storage: sqlSealedStorage(driver), keys, environment: 'production' })
    await provider.put('KEY', 'first-value-9Zx')
    const secrets = defineSecrets({
      provider, state: sqlSecretState(driver), instance: 'parent', environment: 'production', isolation: { key: 'fingerprint-key-for-tests' },
      secrets: { KEY: { description: 'k', rotation: {} } },
    })
    await secrets.load()
    const processes = await Promise.all([1, 2, 3, 4].map((id) => start(path, `child-${id}`)))
    try {
      for (const child of processes) expect(await child.ask()).toBe('first-value-9Zx')
      let status = await secrets.rotate('KEY')
      expect(status.status).toBe('waiting')
      for (let turn = 0; status.status !== 'done' && turn < 10; turn++) {
        // Every process verifies what any of them signs, at each moment of the rotation.
        for (const child of processes) expect(await child.verifying()).toContain(secrets.get('KEY').reveal())
        status = await secrets.rotate('KEY')
        expect(status.status).not.toBe('failed')
      }
      expect(status.status).toBe('done')
      const value = secrets.get('KEY').reveal()
      expect(value).not.toBe('first-value-9Zx')
      for (const child of processes) {
        expect(await child.verifying()).toEqual([value])
        expect(await child.ask()).toBe(value)
      }
    } finally {
      for (const child of processes) await child.stop()
      await secrets.close()
      await driver.close()
    }
  })
})

interface Child {
  /** What the process reveals now. */
  ask(): Promise<string>
  /** Lets it refresh, and gives what it verifies. */
  verifying(): Promise<readonly string[]>
  stop(): Promise<void>
}

async function start(path: string, instance: string): Promise<Child> {
  const child = spawn(process.execPath, ['--conditions=@sallyport/source', '--no-warnings', fileURLToPath(new URL('./process.fixture.ts', import.meta.url)), path, instance], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let rest = ''
  const waiting: ((line: string) => void)[] = []
  child.stdout.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) waiting.shift()?.(line)
  })
  const line = (): Promise<string> => new Promise((resolve) => waiting.push(resolve))
  const say = (word: string): Promise<string> => {
    const answer = line()
    child.stdin.write(`${word}\n`)
    return answer
  }
  expect(await line()).toBe('ready')
  return {
    ask: () => say('reveal'),
    verifying: async () => JSON.parse(await say('verifying')) as string[],
    stop: () => new Promise((resolve) => {
      child.once('exit', () => resolve())
      child.stdin.end()
    }),
  }
}
