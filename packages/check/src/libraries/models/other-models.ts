import type { Library } from '../types.ts'

/** Other libraries of models, by the names that they have in common. */
export const otherModels: Library = {
  name: 'Models',
  packages: ['cohere-ai', '@huggingface/*', 'elevenlabs', 'ollama', '@mastra/*', 'llamaindex', '@xenova/*'],
  calls: {
    '**{completions.create,messages.create,messages.stream,responses.create,responses.stream,images.generate,images.edit,embeddings.create,speech.create,transcriptions.create,completions.stream,chat.complete,chat.stream,beta.chat.completions.parse,completions.parse,responses.parse,moderations.create}': { effect: 'model', style: 'plain' },
    '**{generateContent,sendMessage,textGeneration,chatCompletion,chatCompletionStream,textToImage}': { effect: 'model', style: 'plain' },
    '**().{invoke,stream,call,predict,generate}': { effect: 'model', style: 'plain' },
  },
}
