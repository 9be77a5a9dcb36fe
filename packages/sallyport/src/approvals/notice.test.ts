import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { memoryStore } from '../stores/memory/store.ts'
import { approvalWebhook } from './notice.ts'
import { openShop } from './shop.fixture.ts'

const secret = 'a secret of thirty-two characters'

describe('approvalWebhook', () => {
  it('sends an id and nothing else, signed', async () => {
    const sent: { url: string; init: RequestInit }[] = []
    const fetch = (async (url: string, init: RequestInit) => {
      sent.push({ url, init })
      return new Response(null, { status: 204 })
    }) as unknown as typeof globalThis.fetch
    const tell = approvalWebhook({ url: 'https://chat.example/hook', secret, fetch, now: () => 1_700_000_000_500 })
    await tell({ kind: 'requested', approvalId: 'a1', environment: 'production' })
    const [{ url, init } = { url: '', init: {} }] = sent
    expect([url, init.body]).toEqual(['https://chat.example/hook', '{"kind":"requested","approvalId":"a1","environment":"production"}'])
    const mac = createHmac('sha256', secret).update(`1700000000.${String(init.body)}`).digest('hex')
    expect(new Headers(init.headers).get('sallyport-signature')).toBe(`t=1700000000,v1=${mac}`)
    expect(init.redirect).toBe('error')
  })

  it('fails when the receiver does not take it, and refuses a short secret', async () => {
    const fetch = (async () => new Response(null, { status: 500 })) as unknown as typeof globalThis.fetch
    await expect(approvalWebhook({ url: 'https://chat.example', secret, fetch })({ kind: 'denied', approvalId: 'a', environment: 'e' })).rejects.toThrow('500')
    expect(() => approvalWebhook({ url: 'https://chat.example', secret: 'short' })).toThrow(RangeError)
  })

  it('keeps nobody waiting, and a failure changes nothing', async () => {
    const shop = openShop(memoryStore())
    Object.defineProperty(shop.port.runtime, 'notify', { value: () => Promise.reject(new Error('the receiver is away')) })
    const id = await shop.ask(shop.person('ann'), 500)
    expect((await shop.port.store.approvals.get(id))?.state).toBe('pending')
    await expect.poll(() => shop.port.log.some(({ reason }) => reason.includes('nobody could be told'))).toBe(true)
  })
})
