import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import type { ScanEngine } from './engine.ts'
import { FileReader, listFiles } from './files.ts'
import type { ScanFinding } from './finding.ts'
import type { Found } from './task.ts'

/** What Next sends to browsers: the static files, and what is rendered before anybody asks. */
export const BUNDLE_FOLDERS: readonly string[] = ['.next/static', '.next/server/app', '.next/server/pages', 'out', 'public']
const SENT = /\.(?:m?js|css|map|html|json|rsc|txt|xml|body|svg|webmanifest)$/
const SERVER_CODE = /^\.next\/server\/.*\.(?:m?js|js\.map|nft\.json)$/
const SECRET_NAME = /KEY|SECRET|TOKEN|PASS|PWD|CREDENTIAL|PRIVATE|DSN|DATABASE_URL|REDIS_URL|CONNECTION|AUTH|SIGNING|SALT|WEBHOOK/
/** What frameworks put into bundles on purpose. */
const PUBLIC_NAME = /^(?:NEXT_PUBLIC_|VITE_|PUBLIC_|REACT_APP_|EXPO_PUBLIC_|NUXT_PUBLIC_|GATSBY_)/
const MAX_BYTES = 64 * 1024 * 1024

/**
 * Values that must not be in a bundle: all of the `.env` files, and those of the environment whose names read like secrets.
 * Variables that a framework makes public by their prefix are left out.
 */
export function serverValues(root: string, env: Readonly<Record<string, string | undefined>>): ReadonlyMap<string, string> {
  const values = new Map<string, string>()
  for (const file of readdirSync(root).filter((name) => /^\.env(?:\.|$)/.test(name) && !/\.(?:example|sample|template|dist)$/.test(name))) {
    for (const [name, value] of Object.entries(parseEnv(readFileSync(join(root, file), 'utf8')))) if (!PUBLIC_NAME.test(name) && value !== undefined) values.set(name, value)
  }
  for (const [name, value] of Object.entries(env)) if (value !== undefined && SECRET_NAME.test(name) && !PUBLIC_NAME.test(name)) values.set(name, value)
  return values
}

/** Scans what is sent to browsers. Source maps are opened, so that a finding names the source file. */
export function scanBundle(root: string, folders: readonly string[], engine: ScanEngine): Found {
  const reader = new FileReader()
  const findings: ScanFinding[] = []
  const unread: string[] = []
  let scanned = 0
  const there = folders.filter((folder) => existsSync(join(root, folder)))
  // Before the build there is nothing to find, which must not read as "nothing found".
  if (there.length === 0) throw new TypeError(`There is no build: ${folders.join(', ')}. Build first, or name the folders that are sent to browsers.`)
  for (const folder of there) {
    for (const file of listFiles(root, [folder], true, (name) => unread.push(name))) {
      if (!SENT.test(file) || SERVER_CODE.test(file)) continue
      const bytes = reader.read(join(root, file), MAX_BYTES)
      if (bytes === undefined) {
        if (reader.why !== undefined) unread.push(`${file} (${reader.why})`)
        continue
      }
      scanned++
      findings.push(...engine.scanBytes(bytes, { file }))
      if (file.endsWith('.map')) findings.push(...scanSources(bytes.toString('utf8'), file, engine))
    }
  }
  return { findings, scanned, cutShort: engine.takeCutShort(), unread }
}

function scanSources(text: string, file: string, engine: ScanEngine): readonly ScanFinding[] {
  let map: { readonly sources?: readonly unknown[]; readonly sourcesContent?: readonly unknown[] }
  try {
    map = JSON.parse(text) as typeof map
  } catch {
    return []
  }
  return (map.sourcesContent ?? []).flatMap((content, index) => {
    if (typeof content !== 'string') return []
    return engine.scanText(content, { file: `${file}!${String(map.sources?.[index] ?? index)}` })
  })
}
