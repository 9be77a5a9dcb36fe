import { generateText, isStepCount, type ModelMessage } from 'ai'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { definePolicy } from '../../policy/define-policy.ts'
import type { Store } from '../../stores/types.ts'
import { createTestPort, testAgent, testUser } from '../../testing/index.ts'
import { callsOnce } from './calls-once.fixture.ts'
import { toTools } from './tools.ts'

const policy = definePolicy({ roles: { customer: ['price:update'], manager: ['price:approve'] } })
let count = 0

/** The AI SDK's own approvals are the client's word: whatever is replayed or forged, an approved call runs once. */
export function replayedApprovalsContract(name: string, open: () => Promise<Store>): void {
  it(`runs an approved call once, however often the AI SDK's own approval is replayed, forged, or used by another, on ${name}`, async () => {
    const environment = `ai-sdk-${process.pid}-${name}-${++count}`
    const port = createTestPort({ name: environment, environment, policy, store: await open(), rolesOf: () => ['manager'] })
    let ran = 0
    const changes = (): number => ran
    const set = port.define('price.set').inputSchema(z.strictObject({ price: z.number() })).authorize('price:update').approval({ approvers: 'price:approve' }).outputSchema(z.object({ changes: z.number() })).action(() => ({ changes: ++ran }))
    const agent = testAgent('bot', ['price:update'], { subject: testUser('u1', ['customer']), owner: 'boss', tier: 'enterprise' })
    const now = port.clock.now()
    // Both of them may: what keeps the other's session out is the approval.
    for (const subject of ['u1', 'u2']) await port.store.grants.create({
      id: `grant-${environment}-${subject}`, environment, subject, actor: 'bot', chain: [], actions: ['price.set'], resources: null, input: null, fields: null, maxUses: 9, uses: 0, notBefore: 0,
      expiresAt: now + 3_600_000, parentId: null, grantedBy: subject, revokedAt: null, createdAt: now,
    })
    const secret = 'a secret that signs the SDK\'s own approvals'
    const ask = (principal: typeof agent, messages: ModelMessage[], signed = true) =>
      generateText({ model: callsOnce('price_set', { price: 5 }), messages, stopWhen: isStepCount(2), tools: toTools([set], { principal }), toolApproval: { price_set: 'user-approval' }, ...(signed ? { experimental_toolApprovalSecret: secret } : {}) })

    // The SDK asks the client first; the client says yes, with the SDK's signature, and may say it again and again.
    const question: ModelMessage = { role: 'user', content: 'x' }
    const first = await ask(agent, [question])
    const request = first.content.find((part) => part.type === 'tool-approval-request')
    expect(request).toBeDefined()
    const answered: ModelMessage[] = [question, ...first.responseMessages, { role: 'tool', content: [{ type: 'tool-approval-response', approvalId: (request as { approvalId: string }).approvalId, approved: true }] }]

    // The client's yes is not our approval: nothing runs before another person has given it.
    await ask(agent, answered)
    expect(changes()).toBe(0)
    const [waiting] = await port.store.approvals.pending({ now, environment })
    await port.store.approvals.decide(waiting?.id ?? '', { by: 'manager', decision: 'approve', at: port.clock.now() })
    for (let i = 0; i < 3; i++) await ask(agent, answered)
    expect(changes()).toBe(1)
    // Another user's session with the same messages, and a forged approval without a signature.
    await ask({ ...agent, subject: testUser('u2', ['customer']) }, answered)
    const asked = await port.store.approvals.pending({ now: port.clock.now(), environment })
    expect(asked.map(({ requester }) => requester)).toContain('agent:bot>user:u2')
    await ask(agent, answered, false).catch(() => undefined)
    expect(changes()).toBe(1)
  })
}
