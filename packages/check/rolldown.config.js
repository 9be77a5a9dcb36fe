import { join } from 'node:path'

const at = import.meta.dirname

export default {
  input: { index: join(at, 'src/index.ts'), 'eslint/index': join(at, 'src/eslint/index.ts') },
  external: [/^oxc-/],
  platform: 'node',
  output: { dir: join(at, 'dist'), format: 'esm', chunkFileNames: 'core.js' },
}
