import { isSensitive } from '../derive/facts-of.ts'
import { isFunction, walk, type Node } from '../syntax/ast.ts'
import type { EntryContext, Rule } from './types.ts'

export const useServerAsServerOnly: Rule = {
  id: 'use-server-as-server-only',
  title: '\'use server\' is used as if it kept code on the server',
  level: 'warning',
  why: 'The directive does the opposite: it opens every export of the file to the browser. Only server code imports this one, so nothing needs it.',
  fix: 'Replace the directive by `import \'server-only\'`.',
  bad: `'use server'
export async function decrypt(value: string) { … }`,
  good: `import 'server-only'
export async function decrypt(value: string) { … }`,
  standards: { api: ['API5:2023', 'API9:2023'], asvs: ['8.3.1', '15.2.3'], cwe: ['CWE-749'] },
  file: ({ entries, importers }) => {
    const first = entries[0]
    if (!first || first.found.kind !== 'action') return []
    const reports = []
    const helper = entries.find(({ facts }) => facts.reached.some((effect) => effect.kind === 'decrypt' || effect.kind === 'command'))
    const used = importers.filter(({ file }) => file !== first.entry.file)
    const open = entries.filter(({ entry }) => entry.controls.authentication.state === 'absent' && entry.controls.authentication.applies)
    if (helper) reports.push({ message: `${helper.entry.name} offers ${helper.facts.reached.find((effect) => effect.kind === 'decrypt' || effect.kind === 'command')?.operation ?? ''} to any caller; no browser should call it`, at: helper.at, key: helper.entry.name })
    else if (open.length > 0 && used.length > 0 && used.every(({ client, hands }) => !client && hands !== true)) {
      reports.push({ message: `only server code imports this file, and the directive opens ${open.length} of its functions to the browser`, at: first.at, key: 'file' })
    }
    return reports
  },
}

function isPlain({ entry }: EntryContext): boolean {
  return entry.made === 'function'
}

export const exportedHelper: Rule = {
  id: 'exported-helper',
  title: 'A helper is exported beside actions',
  level: 'error',
  why: 'Every export of a `\'use server\'` file is an endpoint. Between wrapped actions, a bare function is one that has none of their checks.',
  fix: 'Move the helper to a module without the directive, or do not export it.',
  bad: `'use server'
export const rename = authAction.inputSchema(Input).action(…)
export async function writeName(id: string, name: string) { await db.project.update(…) }`,
  good: `'use server'
import { writeName } from './projects'
export const rename = authAction.inputSchema(Input).action(…)`,
  standards: { api: ['API5:2023', 'API9:2023'], asvs: ['8.3.1'], cwe: ['CWE-749', 'CWE-306'] },
  file: ({ entries }) => {
    const actions = entries.filter(({ found }) => found.kind === 'action')
    const guarded = actions.filter(({ entry }) => entry.controls.authentication.state === 'present' || entry.controls.authentication.state === 'waived')
    const wrapped = guarded.filter((one) => !isPlain(one))
    if (wrapped.length === 0) return []
    return actions
      .filter((one) => isPlain(one) && one.entry.controls.authentication.state === 'absent' && one.entry.controls.authentication.applies && one.facts.reached.some(isSensitive))
      .map(({ entry, at }) => ({ message: `${entry.name} stands beside ${wrapped.length} wrapped action${wrapped.length > 1 ? 's' : ''}, and has none of their checks`, at, key: entry.name }))
  },
}

function returnsMarkup(node: Node): boolean {
  let found = false
  walk(node, (part, parents) => {
    if (found || (part.type !== 'JSXElement' && part.type !== 'JSXFragment')) return
    found = !parents.some((parent) => isFunction(parent) && parent !== node && parents[0] !== parent) || parents.some((parent) => parent.type === 'ReturnStatement')
  })
  return found
}

export const pageAsAction: Rule = {
  id: 'page-as-action',
  title: 'A page or a component stands under \'use server\'',
  level: 'warning',
  why: 'The component becomes an endpoint that anybody can call with any props, and answers with what it renders.',
  fix: 'Remove the directive: components are server components without it.',
  bad: `'use server'
export default async function Page() { return <Invoices /> }`,
  good: `export default async function Page() { return <Invoices /> }`,
  standards: { api: ['API9:2023'], asvs: ['15.2.3'], cwe: ['CWE-749'] },
  entry: ({ entry, found, at }) => {
    if (found.kind !== 'action') return []
    const component = entry.name === 'default' ? /\/(?:page|layout|template|default|loading)\.[jt]sx?$/.test(entry.file) : /^[A-Z]/.test(entry.name)
    if (!component && entry.name !== 'default') return []
    return component || returnsMarkup(found.node) ? (/x$/.test(entry.file) ? [{ message: `${entry.name} is a component, and an endpoint`, at }] : []) : []
  },
}
