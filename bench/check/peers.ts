// The linters that `sallyport check` is measured beside.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { least, long, type Cost } from './processes.ts'

const modules = join(dirname(fileURLToPath(import.meta.url)), '..', 'node_modules')

/** oxlint with its default rules, on one thread. */
export function oxlint(root: string, runs: number): Cost | null {
  return least(join(modules, '.bin/oxlint'), ['--threads=1', '--silent', '.'], runs, root)
}

/**
 * ESLint with every rule of ai-guard, once. It takes long on a large tree, so it says how far it is.
 * Not `--quiet`: that leaves out rules that only warn.
 */
export async function eslint(root: string, minutes: number): Promise<Cost | null> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'))
  const config = join(folder, 'eslint.config.mjs')
  writeFileSync(config, `import parser from ${JSON.stringify(join(modules, '@typescript-eslint/parser/dist/index.js'))}
import guard from ${JSON.stringify(join(modules, 'eslint-plugin-ai-guard/dist/index.js'))}
const plugin = guard.default ?? guard
let files = 0
const counted = { ...parser, parseForESLint: (text, options) => {
  files += 1
  if (files % 500 === 0) process.stderr.write('  ESLint: ' + files + ' files, ' + Math.round(process.uptime()) + ' s\\n')
  return parser.parseForESLint(text, options)
} }
export default [{ files: ['**/*.{ts,tsx}'], languageOptions: { parser: counted, parserOptions: { ecmaFeatures: { jsx: true } } }, plugins: { 'ai-guard': plugin }, linterOptions: { reportUnusedDisableDirectives: 'off' }, rules: Object.fromEntries(Object.keys(plugin.rules).map((rule) => ['ai-guard/' + rule, 'error'])) }]
`)
  try {
    return await long(process.execPath, [join(modules, 'eslint/bin/eslint.js'), '--no-config-lookup', '-c', config, '--no-inline-config', '--no-warn-ignored', '-f', 'json', '-o', join(folder, 'report.json'), '.'], root, minutes)
  } finally {
    rmSync(folder, { recursive: true })
  }
}
