import { has, CALLER, VALID } from '../derive/labels.ts'
import type { Node } from '../syntax/ast.ts'
import type { Rule } from './types.ts'

/** The parameters that `action.bind(null, …)` fills: those in front of a form's state and data. */
function boundParameters(params: readonly Node[]): string[] {
  const form = params.findIndex((parameter) => {
    if (parameter.type !== 'Identifier') return false
    const annotation = parameter.typeAnnotation
    const type = annotation?.type === 'TSTypeAnnotation' ? annotation.typeAnnotation : undefined
    return (type?.type === 'TSTypeReference' && type.typeName.type === 'Identifier' && type.typeName.name === 'FormData') || parameter.name === 'formData'
  })
  if (form <= 0) return []
  const before = params.slice(0, form)
  const last = before.at(-1)
  const state = last?.type === 'Identifier' && /state|^_|prev|initial/i.test(last.name)
  return (state ? before.slice(0, -1) : before).flatMap((parameter) => (parameter.type === 'Identifier' ? [parameter.name] : []))
}

export const uncheckedBindArguments: Rule = {
  id: 'unchecked-bind-arguments',
  title: 'Bound arguments are taken as they come',
  level: 'warning',
  why: 'Arguments of `action.bind(null, id)` travel through the browser in clear. Only values captured by a closure are encrypted.',
  fix: 'Parse bound arguments like any other input, and check the right to the row that they name.',
  bad: `export async function rename(id: string, state: State, formData: FormData) {
  const { name } = Name.parse(Object.fromEntries(formData))
  await db.project.update({ where: { id }, data: { name } })
}`,
  good: `export async function rename(id: string, state: State, formData: FormData) {
  const { name } = Name.parse(Object.fromEntries(formData))
  await db.project.update({ where: { id: z.uuid().parse(id) }, data: { name } })
}`,
  standards: { api: ['API1:2023'], asvs: ['2.2.1', '2.2.2'], cwe: ['CWE-20', 'CWE-472'] },
  entry: ({ entry, facts, at }) => {
    const fn = facts.member.fn
    if (!fn || /\b(?:type|interface) FormData\b/.test(fn.module.text)) return []
    const names = boundParameters(fn.node.params)
    if (names.length === 0) return []
    const raw = [...facts.effects, ...facts.reached].find((effect) => [...effect.keys.values(), ...effect.fields.values()].some((labels) => has(labels, CALLER) && !has(labels, VALID)))
    return raw ? [{ message: `${entry.name}: ${names.join(', ')} can be bound by a page and changed in the browser; ${raw.operation} gets ${names.length > 1 ? 'them' : 'it'} unchecked`, at, evidence: [raw.at] }] : []
  },
}
