import { describe, expect, test } from 'vitest'
import { DefinitionError, SallyportError } from '../errors/sallyport-error.ts'
import { firstOf } from './first-of.ts'
import type { Principal } from './principal.ts'
import type { IdentityProvider } from './provider.ts'
import { at, call } from './testing.fixture.ts'

const ada: Principal = { kind: 'user', id: 'ada', roles: [], session: { credential: 'cookie' } }
const provider = (name: string, answer: () => Principal | null): IdentityProvider => ({ name, authenticate: answer })
const nobody = provider('nobody', () => null)
const finds = provider('finds', () => ada)
const denies = provider('denies', () => {
  throw new SallyportError('UNAUTHENTICATED', { reason: 'bad key' })
})

describe('firstOf', () => {
  test('asks in turn until one knows the caller', async () => {
    expect(await firstOf([nobody, finds]).authenticate(call({}), at(0))).toBe(ada)
    expect(await firstOf([nobody, nobody]).authenticate(call({}), at(0))).toBeNull()
    expect(firstOf([nobody, finds]).name).toBe('firstOf(nobody, finds)')
  })

  test('a bad credential denies, whoever else would know the caller', async () => {
    await expect(firstOf([denies, finds]).authenticate(call({}), at(0))).rejects.toMatchObject({ reason: 'bad key' })
  })

  test('a provider that answers nothing at all denies', async () => {
    const forgets = provider('forgets', () => undefined as never)
    await expect(firstOf([forgets, finds]).authenticate(call({}), at(0))).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  })

  test('a bearer token that nobody knows is not a visitor', async () => {
    const request = call({ authorization: 'Bearer junk' })
    await expect(firstOf([nobody]).authenticate(request, at(0))).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
    expect(await firstOf([finds]).authenticate(request, at(0))).toBe(ada)
  })

  test('ends what all of them hold, also when one fails, and tells that it did', async () => {
    const told: string[] = []
    const ends = (name: string): IdentityProvider => ({
      name,
      authenticate: () => null,
      end: (id) => {
        told.push(`${name} ${id}`)
        return { keys: 1, sessions: told.length, notEnded: [{ what: 'sessions', by: name, why: 'no-tenant' }] }
      },
    })
    expect(await firstOf([nobody, ends('one'), firstOf([ends('two')])]).end?.('ada', at(0))).toEqual({
      keys: 2, keysHandedOver: 0, sessions: 3,
      notEnded: [{ what: 'sign-ins', by: 'nobody', why: 'no-way' }, { what: 'sessions', by: 'one', why: 'no-tenant' }, { what: 'sessions', by: 'two', why: 'no-tenant' }],
    })
    const fails: IdentityProvider = { name: 'fails', authenticate: () => null, end: () => Promise.reject(new Error('away')) }
    await expect(firstOf([fails, ends('three')]).end?.('ada', at(0))).rejects.toThrow('away')
    expect(told).toEqual(['one ada', 'two ada', 'three ada'])
  })

  test('needs a provider', () => expect(() => firstOf([])).toThrow(DefinitionError))
})
