// Finds a Node under which re2 loads, and runs it there.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { expressions, RULES, SECRETS } from './rules.ts'
import type { Re2Input } from './re2-process.ts'

const FILES = ['re2-process', 'measure', 'replacers', 'text']

/** Runs `re2-process.ts`; undefined, with the reason on the console, where no Node at hand loads it. */
export function withRe2<T>(use: (run: <R>(memory?: Re2Input['memory']) => R | undefined) => T): T | undefined {
  const here = import.meta.url
  const nodes = [process.execPath, ...(process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'node')).filter((path) => existsSync(path))]
  const reasons: string[] = []
  const node = [...new Set(nodes)].find((path) => {
    const { status, stderr } = spawnSync(path, ['-e', `require('node:module').createRequire(${JSON.stringify(here)})('re2')`], { encoding: 'utf8' })
    if (status !== 0) reasons.push((/(?:NODE_MODULE_VERSION \d+[^.]*\.|Cannot find module[^\n]*|Error:[^\n]*)/.exec(stderr)?.[0] ?? 'no reason given').replaceAll('\n', ' '))
    return status === 0
  })
  if (node === undefined) {
    console.log(`re2 has no row: it loads in no Node at hand (${[...new Set(reasons)].join('; ')}). It is compiled when it is installed, for one version of Node, from that version's headers.`)
    return undefined
  }
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-re2-'))
  try {
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
    for (const file of FILES) {
      const source = readFileSync(new URL(`./${file}.ts`, here), 'utf8')
      writeFileSync(join(folder, `${file}.js`), stripTypeScriptTypes(source).replace(/(from '\.\/[a-z0-9-]+)\.ts'/g, "$1.js'"))
    }
    return use((memory) => {
      const input: Re2Input = { expressions: expressions(RULES, SECRETS), known: Object.values(SECRETS), from: here, ...(memory === undefined ? {} : { memory }) }
      const { status, stdout, stderr } = spawnSync(node, ['--expose-gc', join(folder, 're2-process.js')], { input: JSON.stringify(input), encoding: 'utf8' })
      if (status === 0) return JSON.parse(stdout)
      console.log(`re2 failed: ${/[^\n]*Error[^\n]*/.exec(stderr)?.[0] ?? 'no reason given'}`)
      return undefined
    })
  } finally {
    rmSync(folder, { recursive: true })
  }
}
