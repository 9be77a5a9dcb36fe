import type { Library } from '../types.ts'

/** Standard Webhooks, and libraries that verify such signatures. */
export const signedWebhooks: Library = {
  name: 'Signed webhooks',
  packages: ['svix', 'standardwebhooks', '@octokit/webhooks', '@slack/*'],
  calls: {
    '**Webhook().verify': { verifies: 'throws', authorizes: true },
    '**.verifyAndReceive': { verifies: 'throws', authorizes: true },
    '{verifySignature,verifySlackRequest}': { verifies: 'throws', authorizes: true },
  },
}
