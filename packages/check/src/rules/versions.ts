import { existsSync, readFileSync } from 'node:fs'
import { isRecord, parseLooseJson } from '../resolve/json.ts'
import { lineAt } from '../syntax/parse.ts'
import type { Place } from '../derive/facts.ts'
import type { CodeBase } from '../resolve/program.ts'

const watched = ['next', 'react-server-dom-webpack', 'react-server-dom-turbopack', 'react-server-dom-parcel']

/** A version that is in use. `exact` where it was read from an installed package or a lock file, not from a range. */
export interface InstalledVersion {
  readonly name: string
  readonly version: string
  readonly exact: boolean
  readonly at: Place
}

/** Versions of Next.js and of React's server packages that the packages of a code base use. */
export function installedVersions(base: CodeBase): InstalledVersion[] {
  const found: InstalledVersion[] = []
  for (const pack of base.packages) {
    for (const part of [pack.manifest.dependencies, pack.manifest.devDependencies]) {
      if (!isRecord(part)) continue
      for (const name of watched) {
        const range = part[name]
        if (typeof range !== 'string') continue
        const file = `${pack.folder}/package.json`
        const text = base.tree.read(file) ?? ''
        const offset = Math.max(0, text.indexOf(`"${name}"`))
        const at = { file, line: lineAt(text, offset), column: 1, text: `"${name}": "${range}"` }
        const exact = installed(pack.folder, base.tree.root, name) ?? locked(base, pack.folder, name)
        if (exact) found.push({ name, version: exact, exact: true, at })
        else if (/^[\^~>=v]*\d+\.\d+/.test(range)) found.push({ name, version: range.replace(/^[\^~>=v]+/, ''), exact: /^\d/.test(range), at })
      }
    }
  }
  return found
}

function installed(folder: string, root: string, name: string): string | undefined {
  for (let at = folder; at.startsWith(root); at = at.slice(0, at.lastIndexOf('/'))) {
    const path = `${at}/node_modules/${name}/package.json`
    if (existsSync(path)) {
      const manifest = parseLooseJson(readFileSync(path, 'utf8'))
      return isRecord(manifest) && typeof manifest.version === 'string' ? manifest.version : undefined
    }
    if (at === root) break
  }
  return undefined
}

/** The version in a lock file, where the lock file names only one. */
function locked(base: CodeBase, folder: string, name: string): string | undefined {
  for (let at = folder; at.startsWith(base.tree.root); at = at.slice(0, at.lastIndexOf('/'))) {
    for (const lock of ['package-lock.json', 'pnpm-lock.yaml', 'yarn.lock', 'bun.lock']) {
      const text = base.tree.manifests.includes(`${at}/${lock}`) ? base.tree.read(`${at}/${lock}`) : undefined
      if (text === undefined) continue
      const versions = new Set([...text.matchAll(lockPatterns(lock, name))].map((match) => match[1]))
      return versions.size === 1 ? [...versions][0] : undefined
    }
    if (at === base.tree.root) break
  }
  return undefined
}

function lockPatterns(lock: string, name: string): RegExp {
  if (lock === 'package-lock.json') return new RegExp(`"node_modules/${name}":\\s*\\{\\s*"version":\\s*"([^"]+)"`, 'g')
  if (lock === 'pnpm-lock.yaml') return new RegExp(`^ {2}'?/?${name}[@/](\\d+\\.\\d+\\.\\d+[\\w.-]*)(?=[:('_])`, 'gm')
  if (lock === 'yarn.lock') return new RegExp(`^"?${name}@[^\\n]*:\\n\\s+version:?\\s+"?([^"\\n]+)"?`, 'gm')
  return new RegExp(`"${name}@(\\d+\\.\\d+\\.\\d+[\\w.-]*)"`, 'g')
}
