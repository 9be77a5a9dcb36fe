import 'server-only'
import { z } from 'zod'
import { port } from '../port.ts'

/** Flow 3, the second person. Who asked, or acts for who asked, can't be the one to say yes. */
export const decide = port
  .define('approval.decide')
  .describe('Approves or denies what somebody else asked for.')
  .inputSchema(z.strictObject({ approvalId: z.uuid(), decision: z.enum(['approve', 'deny']) }))
  .authorize('price:approve', {
    resource: ({ parsedInput }) => port.store.approvals.get(parsedInput.approvalId),
    when: ({ principal, resource }) => resource.approvers === 'price:approve' && !resource.excluded.includes(principal.id),
    type: 'approval',
  })
  .freshness('1h')
  .errors({ DECIDED_ALREADY: z.strictObject({}) })
  .outputSchema(z.strictObject({ state: z.string().max(20) }))
  .loggable(['approvalId', 'decision'])
  .stateAction(async ({ parsedInput, principal, errors }) => {
    const { approvalId, decision } = parsedInput
    const record = await port.store.approvals.decide(approvalId, { by: principal.id, decision, at: Date.now() })
    if (!record) throw errors.DECIDED_ALREADY({})
    return { state: record.state }
  })
