import { has, IDENTITY, SESSION } from '../derive/labels.ts'
import type { Rule } from './types.ts'

/** Columns that say whose a row is. */
const person = /user|owner|author|creator|member|customer|account|person|people|uploader|requester|actor|sender|subject|_?by$|^uid$/i

export const identityFromCaller: Rule = {
  id: 'identity-from-caller',
  title: 'The caller says who it is',
  level: 'error',
  why: 'An argument such as `userId` is whatever the caller sends. A query that trusts it acts for anybody.',
  fix: 'Take the identity from the session. Accept ids of things, never of the person who asks.',
  bad: `export async function updateName(userId: string, name: string) {
  await db.user.update({ where: { id: userId }, data: { name } })
}`,
  good: `export async function updateName(name: string) {
  const { user } = await requireSession()
  await db.user.update({ where: { id: user.id }, data: { name } })
}`,
  standards: { nhi: ['NHI4:2025'], api: ['API1:2023'], asvs: ['8.3.1', '8.3.3'], cwe: ['CWE-639', 'CWE-290'] },
  entry: ({ entry, facts, at }) => {
    for (const effect of facts.effects) {
      if (effect.kind === 'model' || effect.kind === 'message') continue
      if (effect.checks.some((check) => check.kind === 'ownership' || check.kind === 'role' || check.kind === 'authorizer')) continue
      if (has(effect.keyLabels, SESSION)) continue
      const written = [...effect.fields].filter(([name]) => person.test(name))
      const fields = [...effect.keys, ...written].filter(([name, labels]) => name !== '...' && has(labels, IDENTITY) && !has(labels, SESSION))
      if (fields.length === 0 && !(has(effect.keyLabels, IDENTITY) && effect.keys.size === 0)) continue
      if (effect.kind === 'db-read' && facts.member.seen.checks.some((check) => check.kind === 'ownership' || check.kind === 'role')) continue
      const name = fields[0]?.[0]
      return [{ message: `${entry.name}: ${effect.operation} trusts an identity that the caller sends${name ? ` (${name})` : ''}`, at, evidence: [effect.at] }]
    }
    return []
  },
}
