import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { fetchAdapter } from '../adapters/fetch/fetch-adapter.ts'
import type { IdentityProvider } from '../identity/provider.ts'
import { definePolicy } from '../policy/define-policy.ts'
import { createTestPort, testAgent, testRequest, testUser } from '../testing/index.ts'

const policy = definePolicy({ roles: { customer: ['order:read'] } })

describe.each(['as it is', 'waived', 'observed'] as const)('who stands on a deny-list, with the limits %s', (how) => {
  const open = (identity?: IdentityProvider) => {
    const port = createTestPort({
      policy,
      adapter: fetchAdapter({ trustedProxies: 0 }),
      access: { deny: { addresses: ['203.0.113.0/24'], principals: ['user:eve'] } },
      addressInLog: 'full',
      ...(identity === undefined ? {} : { identity }),
    })
    const base = port.define('order.read').noInput().authorize('order:read')
    const built = how === 'as it is' ? base : how === 'waived' ? base.waive('rate-limit', 'called by a cron job') : base.observe('rate-limit', 'while we roll it out', '2027-01-01')
    const action = built.outputSchema(z.string()).action(() => 'ran')
    const codeOf = async (socketAddress: string): Promise<unknown> => {
      const { result } = await action.handle(testRequest({}, { socketAddress }), undefined)
      return result.serverError?.code ?? result.data
    }
    return { port, action, codeOf }
  }

  it('is refused by address, before anybody is asked who it is', async () => {
    let asked = 0
    const { port, codeOf } = open({ name: 'test', authenticate: () => (asked++, null) })
    expect(await codeOf('203.0.113.5')).toBe('FORBIDDEN')
    expect(asked).toBe(0)
    expect((await port.events()).at(-1)?.event).toMatchObject({ outcome: 'refused', facts: { address: '203.0.113.5' } })
  })

  it('is refused as a principal, also from outside a request, and nobody else is', async () => {
    const { port, action, codeOf } = open()
    port.signIn(testUser('eve', ['customer']))
    expect(await codeOf('198.51.100.1')).toBe('FORBIDDEN')
    expect((await action.call({ principal: testUser('eve', ['customer']), input: undefined })).serverError?.code).toBe('FORBIDDEN')
    port.signIn(testUser('ann', ['customer']))
    expect(await codeOf('198.51.100.1')).toBe('ran')
  })

  it('is refused through an agent that acts for them', async () => {
    const { action } = open()
    const agent = (id: string) => testAgent('helper', ['order:read'], { subject: testUser(id, ['customer']) })
    expect((await action.call({ principal: agent('eve'), input: undefined })).serverError?.code).toBe('FORBIDDEN')
    // Somebody else's agent comes as far as the question for a grant.
    expect((await action.call({ principal: agent('ann'), input: undefined })).serverError?.code).toBe('GRANT_REQUIRED')
  })
})
