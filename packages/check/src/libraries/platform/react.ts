import type { Library } from '../types.ts'

/** React: wrappers that add no check. */
export const react: Library = {
  name: 'React',
  packages: ['react', 'react/*'],
  calls: {
    '{cache,default.cache,useCallback,memo,forwardRef,startTransition,use}': { passes: 0 },
  },
}
