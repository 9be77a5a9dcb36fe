import type { Library } from '../types.ts'

/** Mistral. */
export const mistral: Library = {
  name: 'Mistral',
  packages: ['@mistralai/*'],
  calls: {
    '**{chat.complete,chat.stream,embeddings.create}': { effect: 'model', style: 'plain' },
  },
}
