import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { posix } from 'node:path'
import { isRecord, parseLooseJson } from '../resolve/json.ts'
import type { CodeBase } from '../resolve/program.ts'

/** One action as a build registered it. */
export interface RegisteredAction {
  readonly id: string
  /** Absolute path, where the manifest names the file. */
  readonly file?: string
  readonly name?: string
  /** Its id stands in a client bundle. */
  readonly shipped: boolean
}

/** Actions of every Next.js build in the code base. Undefined where there is no build. */
export function readBuildManifests(base: CodeBase): RegisteredAction[] | undefined {
  const folders = new Set([base.tree.root, ...base.packages.map((pack) => pack.folder)])
  const found: RegisteredAction[] = []
  let builds = 0
  for (const folder of folders) {
    const path = `${folder}/.next/server/server-reference-manifest.json`
    if (!existsSync(path)) continue
    const manifest = parseLooseJson(readFileSync(path, 'utf8'))
    if (!isRecord(manifest)) {
      base.tree.problems.push({ file: path, problem: 'is not valid JSON: exposure is derived instead' })
      continue
    }
    builds += 1
    const bundles = clientBundles(`${folder}/.next/static`)
    for (const runtime of [manifest.node, manifest.edge]) {
      if (!isRecord(runtime)) continue
      for (const [id, entry] of Object.entries(runtime)) {
        if (!isRecord(entry)) continue
        const file = typeof entry.filename === 'string' ? locate(base, folder, entry.filename) : undefined
        found.push({
          id,
          ...(file === undefined ? {} : { file }),
          ...(typeof entry.exportedName === 'string' ? { name: entry.exportedName } : {}),
          shipped: bundles.some((text) => text.includes(id)),
        })
      }
    }
  }
  return builds === 0 ? undefined : found
}

function locate(base: CodeBase, folder: string, name: string): string {
  for (const from of [folder, base.tree.root]) {
    const path = posix.join(from, name)
    if (base.tree.has(path)) return path
  }
  // The name is relative to the root of the build, which may lie above.
  return base.tree.files.find((file) => file.endsWith(`/${name}`)) ?? posix.join(folder, name)
}

function clientBundles(folder: string): string[] {
  const texts: string[] = []
  const visit = (at: string): void => {
    for (const entry of readdirSync(at, { withFileTypes: true })) {
      if (entry.isDirectory()) visit(`${at}/${entry.name}`)
      else if (entry.name.endsWith('.js')) texts.push(readFileSync(`${at}/${entry.name}`, 'utf8'))
    }
  }
  if (existsSync(folder)) visit(folder)
  return texts
}
