import type { Library } from '../types.ts'

/** Upstash QStash and Workflow: what they send is signed. */
export const upstashQstash: Library = {
  name: 'Upstash QStash',
  packages: ['@upstash/qstash', '@upstash/qstash/*', '@upstash/workflow', '@upstash/workflow/*'],
  calls: {
    '**Receiver().verify': { verifies: 'throws', authorizes: true },
    '{verifySignature,verifySignatureAppRouter,verifySignatureEdge}': { session: 'throws', authorizes: true },
    'serve': { session: 'throws', authorizes: true, under: ['POST'] },
    '**Client().{publishJSON,publish,batchJSON,send,trigger}': { effect: 'queue' },
    '**.{trigger,batchTrigger,triggerAndWait}': { effect: 'queue' },
  },
}
