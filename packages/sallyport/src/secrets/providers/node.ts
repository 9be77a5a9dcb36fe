import type * as NodeFs from 'node:fs'
import type * as NodePath from 'node:path'
import type * as NodeUtil from 'node:util'
import { SecretProviderError } from '../provider.ts'

interface Builtins {
  readonly fs: typeof NodeFs
  readonly path: typeof NodePath
  readonly util: typeof NodeUtil
}

/** Node's own modules, asked for at run time, so that bundles for the edge hold no import of them. */
export function nodeBuiltins(): Builtins {
  const get = (globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } }).process?.getBuiltinModule
  if (get === undefined) throw new SecretProviderError('files can only be read on Node')
  return { fs: get('node:fs') as typeof NodeFs, path: get('node:path') as typeof NodePath, util: get('node:util') as typeof NodeUtil }
}
