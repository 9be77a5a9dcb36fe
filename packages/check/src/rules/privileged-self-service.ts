import { has, CALLER, PICKED } from '../derive/labels.ts'
import type { Rule } from './types.ts'

const privileged = /^(?:roles?|is_?admin|is_?super_?user|is_?staff|permissions?|scopes?|plan|tier|credits?|balance|membership|subscription_?status|email_?verified|verified|is_?verified|approved|is_?approved|status_?level|banned|is_?banned|quota|price_?paid|org_?role)$/i
const people = /user|account|member|profile|customer|person|people|org|team|tenant|employee|admin/i

export const privilegedSelfService: Rule = {
  id: 'privileged-self-service',
  title: 'A caller may raise its own rights',
  level: 'error',
  why: 'A field that decides what somebody may do is written from the caller\'s input, and the only check is that the row is the caller\'s own.',
  fix: 'Leave such fields out of what a person may change on itself. Let an action that needs an administrator\'s permission set them.',
  bad: `if (session.user.id !== userId) throw new Error('Unauthorized')
await db.user.update({ where: { id: userId }, data: { role: input.role } })`,
  good: `if (session.user.role !== 'admin') throw new Error('Forbidden')
await db.user.update({ where: { id: userId }, data: { role: input.role } })`,
  standards: { nhi: ['NHI5:2025'], api: ['API3:2023', 'API5:2023'], asvs: ['8.2.3', '15.3.3'], cwe: ['CWE-269'] },
  entry: ({ entry, facts, at }) => {
    for (const effect of [...facts.effects, ...facts.reached]) {
      if (effect.kind !== 'db-write' || !people.test(effect.target)) continue
      if (effect.checks.some((check) => check.kind === 'role' || check.kind === 'authorizer')) continue
      const field = [...effect.fields].find(([name, labels]) => privileged.test(name) && has(labels, CALLER))
      if (!field) continue
      if (entry.made === 'sallyport' && entry.controls.authorization.state === 'present') continue
      // The owner of a group may be meant to say who is what in it; the member itself is not.
      const owner = effect.checks.some((check) => check.kind === 'ownership' && has(check.labels, PICKED))
      return [{ message: `${entry.name}: ${effect.operation} sets ${field[0]} to what the caller sends, and asks for no right`, at, evidence: [effect.at], ...(owner ? { level: 'warning' as const } : {}) }]
    }
    return []
  },
}
