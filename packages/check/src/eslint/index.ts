import { check } from '../check.ts'
import { readTree, type SourceTree } from '../files/tree.ts'
import { mayHoldActions } from '../inventory/actions.ts'
import { isRouteFile } from '../inventory/routes.ts'
import { rules } from '../rules/index.ts'
import type { Finding } from '../types.ts'
import type { LintConfig, LintContext, LintPlugin, LintRule } from './types.ts'

export type { LintConfig, LintContext, LintPlugin, LintRule } from './types.ts'

/** How long the list of files of a project is kept: an editor goes on for days, a command for seconds. */
const keptMs = 5_000

let project: { readonly root: string; readonly tree: SourceTree; readonly read: number } | undefined
let last: { readonly file: string; readonly text: string; readonly findings: readonly Finding[] } | undefined

function treeOf(root: string): SourceTree {
  if (project?.root !== root || performance.now() - project.read > keptMs) project = { root, tree: readTree(root), read: performance.now() }
  return project.tree
}

/** The tree of the project, with the text that the editor holds in the place of the file's own. */
function withText(tree: SourceTree, file: string, text: string): SourceTree {
  return { ...tree, problems: [], has: (path) => path === file || tree.has(path), read: (path) => (path === file ? text : tree.read(path)) }
}

function findingsOf({ filename, cwd, sourceCode: { text } }: LintContext): readonly Finding[] {
  const file = filename.replaceAll('\\', '/')
  if (!mayHoldActions(text) && !isRouteFile(file)) return []
  if (last?.file === file && last.text === text) return last.findings
  const tree = treeOf(cwd)
  const { findings } = check({ root: tree.root, tree: withText(tree, file, text), only: [file] })
  const short = file.startsWith(`${tree.root}/`) ? file.slice(tree.root.length + 1) : file
  last = { file, text, findings: findings.filter((finding) => finding.file === short) }
  return last.findings
}

function lintRule(id: string, title: string): LintRule {
  return {
    meta: { type: 'problem', docs: { description: title }, schema: [] },
    create: (context) => ({
      Program() {
        for (const finding of findingsOf(context)) {
          if (finding.rule === id) context.report({ message: finding.message, loc: { line: finding.line, column: finding.column - 1 } })
        }
      },
    }),
  }
}

// What needs the whole project (who imports a file, versions, client files) is left to `sallyport check`.
const inEditor = rules.filter((rule) => rule.project === undefined && rule.id !== 'use-server-as-server-only')

/**
 * The rules of `sallyport check` in the editor. They see the file as it is typed, and the other files as they are on disk.
 *
 * @example
 * // eslint.config.js
 * import { sallyport } from '@sallyport/check/eslint'
 * export default [sallyport.configs.recommended]
 */
export const sallyport: LintPlugin = {
  meta: { name: '@sallyport/check', version: '0.1.0' },
  rules: Object.fromEntries(inEditor.map((rule) => [rule.id, lintRule(rule.id, rule.title)])),
  get configs(): { readonly recommended: LintConfig } {
    return {
      recommended: {
        name: 'sallyport/recommended',
        plugins: { sallyport },
        rules: Object.fromEntries(inEditor.filter((rule) => rule.level !== 'note').map((rule) => [`sallyport/${rule.id}`, rule.level === 'error' ? 'error' as const : 'warn' as const])),
      },
    }
  },
}
