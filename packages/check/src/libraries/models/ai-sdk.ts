import type { Library } from '../types.ts'

/** The AI SDK. */
export const aiSdk: Library = {
  name: 'AI SDK',
  packages: ['ai', 'ai/*', '@ai-sdk/*'],
  calls: {
    '{generateText,streamText,generateObject,streamObject,embed,embedMany,generateImage,experimental_generateImage,experimental_generateSpeech,experimental_transcribe,generateSpeech,transcribe,streamUI,rerank}': { effect: 'model', style: 'plain' },
    '**().{invoke,stream,call,predict,generate}': { effect: 'model', style: 'plain' },
  },
}
