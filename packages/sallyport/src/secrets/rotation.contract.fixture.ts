import { expect } from 'vitest'
import { fakeClock } from '../testing/fake-clock.ts'
import { defineSecrets, encryptedProvider, type SealedStorage, type Secrets, type SecretStateStore } from './index.ts'

class Crash extends Error {}

/** Throws at the n-th call, before or after it has taken effect, and at every one after it: the process is gone. */
function crashing<T extends object>(target: T, budget: { left: number; readonly after: boolean; dead: boolean }): T {
  return new Proxy(target, {
    get(object, key, receiver) {
      const member: unknown = Reflect.get(object, key, receiver)
      if (typeof member !== 'function') return member
      return async (...args: unknown[]) => {
        if (budget.dead) throw new Crash()
        const last = --budget.left === 0
        if (last && !budget.after) {
          budget.dead = true
          throw new Crash()
        }
        const result: unknown = await Reflect.apply(member, object, args)
        if (last) {
          budget.dead = true
          throw new Crash()
        }
        return result
      }
    },
  })
}

/**
 * Kills the rotating process at each call to the state, the provider and the issuer in turn, before and after the call's
 * effect, and lets another process go on. What has to hold each time: at every moment exactly one current version, the
 * issuer accepts what is signed, and in the end only the new version verifies.
 *
 * `share` takes one of several equal parts of the calls, counted from 1, so that parts can run side by side.
 */
export async function crashMatrix(
  make: () => Promise<{ readonly state: SecretStateStore; readonly storage: SealedStorage; readonly close?: () => Promise<void> }>,
  share: { readonly part: number; readonly of: number } = { part: 1, of: 1 },
): Promise<number> {
  let crashes = 0
  for (const after of [false, true]) {
    for (let at = share.part; ; at += share.of) {
      const { state, storage, close } = await make()
      const clock = fakeClock()
      const budget = { left: at, after, dead: false }
      // What the issuer accepts: the steps below change it, and each may be run twice.
      const accepted = new Set<string>(['first-value-9Zx'])
      const provider = encryptedProvider({ storage, keys: { one: btoa('k'.repeat(32)) }, environment: 'production', now: () => clock.now() })
      const issuer = {
        set: async ({ value }: { readonly value: string }) => void accepted.add(value),
        test: async ({ value }: { readonly value: string }) => { if (!accepted.has(value)) throw new Error('refused') },
        revoke: async ({ value }: { readonly value: string | null }) => { if (value !== null) accepted.delete(value) },
      }
      const define = (instance: string, broken: boolean): Secrets<{ KEY: { description: string } }> =>
        defineSecrets({
          clock, instance, environment: 'production', isolation: { key: 'fingerprint-key-for-tests' },
          state: broken ? crashing(state, budget) : state, provider: broken ? crashing(provider, budget) : provider,
          secrets: { KEY: { description: 'k', overlap: '1h', rotation: broken ? crashing(issuer, budget) : issuer } },
        })
      if ((await storage.list('KEY')).length === 0) await provider.put('KEY', 'first-value-9Zx')
      const witness = define('witness', false)
      await witness.load()
      let finished = false
      const victim = define('victim', true)
      const run = async (secrets: Secrets<{ KEY: { description: string } }>): Promise<boolean> => {
        for (let turn = 0; turn < 8; turn++) {
          const status = await secrets.rotate('KEY')
          await witness.refresh()
          await check(state, witness, accepted)
          if (status.status === 'done') return true
          expect(status.status).not.toBe('failed')
          clock.set(clock.now() + 20 * 60_000)
        }
        return false
      }
      try {
        await victim.load()
        finished = await run(victim)
      } catch (error) {
        if (!budget.dead) throw error
      }
      if (!budget.dead) {
        expect(finished).toBe(true)
        await finish([witness, victim], close)
        break
      }
      crashes++
      await witness.refresh()
      await check(state, witness, accepted)
      const heir = define('heir', false)
      await heir.load()
      // The dead process's lease runs out first.
      clock.set(clock.now() + 120_000)
      const over = (await state.read('production', 'KEY'))?.versions.some((version) => version.state === 'destroyed') === true
      if (!over) expect(await run(heir)).toBe(true)
      await witness.refresh()
      const states = (await state.read('production', 'KEY'))?.versions.map((version) => version.state).sort()
      expect(states).toEqual(['current', 'destroyed'])
      expect(witness.verifying('KEY')).toHaveLength(1)
      expect([...accepted]).toEqual([witness.get('KEY').reveal()])
      expect(witness.get('KEY').reveal()).not.toBe('first-value-9Zx')
      await finish([witness, victim, heir], close)
    }
  }
  expect(crashes).toBeGreaterThan(40 / share.of)
  return crashes
}

async function check(state: SecretStateStore, witness: Secrets<{ KEY: { description: string } }>, accepted: ReadonlySet<string>): Promise<void> {
  const record = await state.read('production', 'KEY')
  expect(record?.versions.filter((version) => version.state === 'current')).toHaveLength(1)
  expect(accepted.has(witness.get('KEY').reveal())).toBe(true)
}

async function finish(all: readonly Secrets<{ KEY: { description: string } }>[], close: (() => Promise<void>) | undefined): Promise<void> {
  for (const secrets of all) await secrets.close()
  await close?.()
}
