import type { Library } from '../types.ts'

/** Google's models. */
export const google: Library = {
  name: 'Google models',
  packages: ['@google/generative-ai', '@google/genai'],
  calls: {
    '**{generateContent,generateContentStream,sendMessage,sendMessageStream,embedContent}': { effect: 'model', style: 'plain' },
  },
}
