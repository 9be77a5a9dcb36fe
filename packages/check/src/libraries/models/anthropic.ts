import type { Library } from '../types.ts'

/** Anthropic. */
export const anthropic: Library = {
  name: 'Anthropic',
  packages: ['@anthropic-ai/*'],
  calls: {
    '**{messages.create,messages.stream,completions.create}': { effect: 'model', style: 'plain' },
  },
}
