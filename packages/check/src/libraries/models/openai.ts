import type { Library } from '../types.ts'

/** OpenAI, and services with its interface. */
export const openai: Library = {
  name: 'OpenAI',
  packages: ['openai', 'openai/*', 'groq-sdk', 'together-ai', '@openrouter/*'],
  calls: {
    '**{completions.create,responses.create,responses.stream,images.generate,images.edit,embeddings.create,speech.create,transcriptions.create,completions.stream,beta.chat.completions.parse,completions.parse,responses.parse,moderations.create}': { effect: 'model', style: 'plain' },
  },
}
