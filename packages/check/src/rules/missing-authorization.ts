import { isUnbound, isRead } from '../derive/facts-of.ts'
import type { Rule } from './types.ts'

export const missingAuthorization: Rule = {
  id: 'missing-authorization',
  title: 'A signed-in caller reaches rows of others',
  level: 'error',
  why: 'The caller names the row, and nothing compares it with who the caller is. Ids leak and can be guessed; being signed in is not a right to every row.',
  fix: 'Put the owner or the tenant of the session into the condition of the query, load the row and compare, or check a permission before.',
  bad: `const session = await auth()
if (!session) throw new Error('Unauthorized')
await db.post.delete({ where: { id } })`,
  good: `const session = await auth()
if (!session) throw new Error('Unauthorized')
await db.post.delete({ where: { id, authorId: session.user.id } })`,
  standards: { nhi: ['NHI5:2025'], api: ['API1:2023'], asvs: ['8.2.2', '8.4.1'], cwe: ['CWE-639', 'CWE-862'] },
  entry: ({ entry, facts, at }) => {
    const grade = entry.controls.authorization
    const known = entry.controls.authentication.state === 'present'
    if (!known || grade.state !== 'absent' || !grade.applies) return []
    const effects = facts.effects.filter((effect) => isUnbound(effect, facts))
    const worst = effects.find((effect) => !isRead(effect)) ?? effects[0]
    if (!worst) return []
    const open = facts.member.seen.opaque.length > 0
    const level = isRead(worst) || open ? 'warning' : 'error'
    return [{ message: `${entry.name}: ${worst.operation} (${worst.kind}) takes whatever row the caller names`, at, evidence: [worst.at], level }]
  },
}
