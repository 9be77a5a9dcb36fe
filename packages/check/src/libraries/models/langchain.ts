import type { Library } from '../types.ts'

/** LangChain. */
export const langchain: Library = {
  name: 'LangChain',
  packages: ['@langchain/*', 'langchain', 'langchain/*'],
  calls: {
    '**().{invoke,stream,call,predict,generate}': { effect: 'model', style: 'plain' },
  },
}
