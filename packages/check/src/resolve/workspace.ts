import { posix } from 'node:path'
import { isRecord, parseLooseJson, type Json } from './json.ts'

/** A package of the code base itself. */
export interface WorkspacePackage {
  readonly name: string
  readonly folder: string
  readonly manifest: { readonly [key: string]: Json }
}

/** Reads every package.json of the tree. Malformed ones are left out and reported. */
export function readPackages(
  manifests: readonly string[],
  read: (path: string) => string | undefined,
  report: (file: string, problem: string) => void,
): WorkspacePackage[] {
  const packages: WorkspacePackage[] = []
  for (const path of manifests) {
    if (!path.endsWith('/package.json')) continue
    const text = read(path)
    const manifest = text === undefined ? undefined : parseLooseJson(text)
    if (!isRecord(manifest)) {
      if (text !== undefined) report(path, 'is not valid JSON')
      continue
    }
    packages.push({ name: typeof manifest.name === 'string' ? manifest.name : '', folder: posix.dirname(path), manifest })
  }
  return packages
}

/** What the `exports` of a package say of one subpath, conditions tried in the order of the file. */
export function exportTargets(exports: Json | undefined, subpath: string): string[] {
  if (exports === undefined) return []
  if (!isRecord(exports) || !Object.keys(exports).some((key) => key.startsWith('.'))) return subpath === '.' ? targetsOf(exports) : []
  const direct = exports[subpath]
  if (direct !== undefined) return targetsOf(direct)
  for (const [pattern, target] of Object.entries(exports)) {
    const star = pattern.indexOf('*')
    if (star === -1 || !subpath.startsWith(pattern.slice(0, star)) || !subpath.endsWith(pattern.slice(star + 1))) continue
    const rest = subpath.slice(star, subpath.length - (pattern.length - star - 1))
    return targetsOf(target).map((path) => path.replaceAll('*', () => rest))
  }
  return []
}

function targetsOf(target: Json | undefined): string[] {
  if (typeof target === 'string') return [target]
  if (Array.isArray(target)) return target.flatMap(targetsOf)
  return isRecord(target) ? Object.values(target).flatMap(targetsOf) : []
}

/** Places where a file of a package may lie in source, when its manifest points at built output. */
export function sourceCandidates(pack: WorkspacePackage, subpath: string): string[] {
  const bare = subpath === '.' ? '' : subpath.slice(2)
  const main = [pack.manifest.source, pack.manifest.types, pack.manifest.module, pack.manifest.main].filter((path) => typeof path === 'string')
  const named = [...exportTargets(pack.manifest.exports, subpath), ...(bare === '' ? main : [])]
  const paths = named.map((path) => posix.join(pack.folder, path))
  const built = paths.map((path) => path.replace(/\/(?:dist|build|lib|out)\//, '/src/').replace(/\.d\.[cm]?ts$|\.[cm]?js$/, ''))
  return [...paths, ...built, `${pack.folder}/${bare || 'src/index'}`, `${pack.folder}/src/${bare || 'index'}`, `${pack.folder}/${bare || 'index'}`]
}
