import { expect, inject, test } from 'vitest'
import { people } from './browser.ts'
import { actionId, callAction, cookieOf, exposedIds } from './forge.ts'
import { ageSessions, loggedAddresses, orderNumbered, shopRows } from './shop.ts'

const address = { recipient: 'Customer', street: '9 Forged Street', city: 'Nowhere', postcode: 'XX1 1XX', country: 'United Kingdom' }
// Called with their input alone; the others are called by forms, with the previous result before it.
const UNARY = ['answerGrant', 'approve', 'clearConversation', 'deny', 'giveGrant', 'revokeGrant', 'withdraw']
const forged = (orderId = orderNumbered('Q-1042').id): unknown[] => [null, { orderId, ...address }]

function expectUntouched(): void {
  expect(shopRows('SELECT number FROM purchase WHERE city = ?', 'Nowhere')).toEqual([])
}

test('only what a "use server" file names can be called: not the assistant’s tool, not its stream', () => {
  expect([...exposedIds().keys()].sort()).toEqual(['answerGrant', 'applyPrice', 'approve', 'changeAddress', 'changePrice', 'clearConversation', 'confirm', 'createToken', 'deny', 'giveGrant', 'revokeGrant', 'revokeToken', 'rotateSecret', 'signIn', 'signOut', 'withdraw'])
})

test('every privileged action refuses a caller without a session', async () => {
  for (const name of exposedIds().keys()) {
    if (name === 'signIn' || name === 'signOut') continue
    const { result } = await callAction(name, UNARY.includes(name) ? [{}] : [null, {}])
    expect(result?.serverError?.code, name).toBe('UNAUTHENTICATED')
  }
})

test('a made-up, a truncated and a revoked session are no session', async () => {
  const cookie = await cookieOf(people.customer)
  for (const broken of ['better-auth.session_token=made.up', cookie.slice(0, -12), cookie.replace(/=./, (first) => (first === '=A' ? '=B' : '=A'))]) {
    expect((await callAction('changeAddress', forged(), { cookie: broken })).result?.serverError?.code).toBe('UNAUTHENTICATED')
  }
  await callAction('signOut', [], { cookie })
  expect((await callAction('changeAddress', forged(), { cookie })).result?.serverError?.code).toBe('UNAUTHENTICATED')
  expectUntouched()
})

test('a missing, null, foreign or malformed Origin is refused, whatever Next lets through', async () => {
  const cookie = await cookieOf(people.customer)
  for (const origin of [null, 'null', 'https://elsewhere.example', 'http://localhost', `${inject('origin')}.elsewhere.example`, 'not an origin']) {
    const { result } = await callAction('changeAddress', forged(), { cookie, origin })
    expect(result?.data, String(origin)).toBeUndefined()
    if (result) expect(result.serverError?.code, String(origin)).toBe('FORBIDDEN')
  }
  // The browser's own word about the site counts before Origin does.
  const { result } = await callAction('changeAddress', forged(), { cookie, headers: { 'sec-fetch-site': 'cross-site' } })
  expect(result?.serverError?.code).toBe('FORBIDDEN')
  expectUntouched()
})

test('somebody else’s id in the input buys nothing: the session says who calls', async () => {
  const cookie = await cookieOf(people.customer)
  const claims = [{ userId: 'somebody' }, { principal: { roles: ['manager'] } }, { role: 'administrator' }]
  for (const claim of claims) {
    const { result } = await callAction('changeAddress', [null, { orderId: orderNumbered('Q-1041').id, ...address, ...claim }], { cookie })
    expect(result?.data).toBeUndefined()
  }
  expect((await callAction('changeAddress', forged(orderNumbered('Q-1041').id), { cookie })).result?.serverError?.code).toBe('NOT_FOUND')
  expect((await callAction('rotateSecret', [null, { name: 'PAYMENT_API_KEY' }], { cookie })).result?.serverError?.code).toBe('FORBIDDEN')
  expectUntouched()
})

test('bodies that are too large or too deep are refused', async () => {
  const cookie = await cookieOf(people.otherCustomer)
  const large = await callAction('changeAddress', [null, { orderId: orderNumbered('Q-1042').id, ...address, street: 'x'.repeat(400_000) }], { cookie })
  expect(large.result?.serverError?.code).toBe('PAYLOAD_TOO_LARGE')
  const deep = await callAction('changeAddress', [], { cookie, body: `[null,${'{"a":'.repeat(60)}1${'}'.repeat(60)}]` })
  expect(deep.result?.serverError?.code).toBe('PAYLOAD_TOO_LARGE')
  // Larger than Next itself takes: refused before any action.
  const huge = await callAction('changeAddress', [null, { street: 'x'.repeat(2_000_000) }], { cookie })
  expect(huge.result).toBeNull()
  expect(huge.status).toBeGreaterThanOrEqual(400)
  // And the next caller notices nothing.
  expect((await callAction('changeAddress', forged(crypto.randomUUID()), { cookie })).result?.serverError?.code).toBe('NOT_FOUND')
  expectUntouched()
})

test('keys that would reach a prototype buy nothing', async () => {
  const cookie = await cookieOf(people.customer)
  const { id } = orderNumbered('Q-1041')
  const fields = JSON.stringify({ orderId: id, ...address }).slice(1, -1)
  const { userId } = shopRows<{ userId: string }>('SELECT user_id AS userId FROM purchase WHERE number = ?', 'Q-1042')[0] ?? {}
  const prizes = JSON.stringify({ roles: ['manager'], userId, owner: userId, elevated: true })
  for (const key of [`"__proto__":${prizes}`, `"constructor":{"prototype":${prizes}}`, `"prototype":${prizes}`]) {
    const { result } = await callAction('changeAddress', [], { cookie, body: `[null,{${key},${fields}}]` })
    expect(result?.serverError?.code ?? Object.keys(result?.validationErrors ?? {}).length, key).toBeTruthy()
    expect(result?.data, key).toBeUndefined()
  }
  // Nothing of it stuck: the next call finds the same rights as ever.
  expect((await callAction('rotateSecret', [null, { name: 'PAYMENT_API_KEY' }], { cookie })).result?.serverError?.code).toBe('FORBIDDEN')
  expectUntouched()
})

test('arguments of the wrong number or kind are refused', async () => {
  const cookie = await cookieOf(people.otherCustomer)
  for (const args of [[], [null], [null, null], [null, 'text'], [null, []], [null, 7], [null, {}, {}, {}]]) {
    const { result, status } = await callAction('changeAddress', args, { cookie })
    expect(result?.data, JSON.stringify(args)).toBeUndefined()
    expect(status).toBeLessThan(600)
  }
})

test('an id that is replayed is one more call, checked like the first', async () => {
  const cookie = await cookieOf(people.administrator)
  const [token] = shopRows<{ id: string }>('SELECT id FROM token WHERE name = ?', 'Parcel tracking')
  const revoke = (): ReturnType<typeof callAction> => callAction('revokeToken', [null, { tokenId: token?.id }], { cookie })
  expect((await revoke()).result?.data).toEqual({ name: 'Parcel tracking', revoked: true })
  expect((await revoke()).result?.data).toEqual({ name: 'Parcel tracking', revoked: false })
  ageSessions(people.administrator, 6)
  expect((await revoke()).result?.serverError?.code).toBe('REAUTHENTICATE')
  expect((await callAction('revokeToken', [null, { tokenId: token?.id }])).result?.serverError?.code).toBe('UNAUTHENTICATED')
})

test('a password can’t be guessed at by asking often', async () => {
  const cookie = await cookieOf(people.secondManager)
  const codes: (string | undefined)[] = []
  for (let attempt = 0; attempt < 7; attempt++) codes.push((await callAction('confirm', [null, { password: `wrong ${attempt}`, next: '/' }], { cookie })).result?.serverError?.code)
  expect(codes).toEqual([...Array<string>(5).fill('WRONG_CREDENTIALS'), 'RATE_LIMITED', 'RATE_LIMITED'])
})

test('an id that does not exist runs nothing', async () => {
  const cookie = await cookieOf(people.customer)
  const response = await fetch(`${inject('origin')}/`, {
    method: 'POST',
    headers: { 'next-action': actionId('changeAddress').replace(/.{8}$/, '00000000'), 'content-type': 'text/plain;charset=UTF-8', origin: inject('origin'), cookie },
    body: JSON.stringify(forged()),
  })
  expect(response.status).toBeGreaterThanOrEqual(400)
  expect(response.status).toBeLessThan(500)
  expectUntouched()
})

test('the client’s own word about its address is overwritten by the front', async () => {
  const cookie = await cookieOf(people.otherCustomer)
  for (const address of ['203.0.113.7', '198.51.100.23']) {
    await callAction('changeAddress', [null, {}], { cookie, headers: { 'x-forwarded-for': address, 'x-real-ip': address, forwarded: `for=${address}` } })
  }
  // What the socket says, and nothing else, is in the log (cut to its network).
  const logged = await loggedAddresses()
  expect(logged.size).toBe(1)
  expect([...logged][0]).toMatch(/^127\.0\.0\./)
})

test('an error tells a code, a safe message and a correlation id, and nothing else', async () => {
  const { result } = await callAction('changeAddress', forged())
  expect(Object.keys(result?.serverError ?? {}).sort()).toEqual(['code', 'correlationId', 'message'])
  expect(JSON.stringify(result)).not.toMatch(/node_modules|\.ts\b|SELECT|sqlite/i)
})
