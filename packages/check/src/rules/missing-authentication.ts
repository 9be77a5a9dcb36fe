import { isChosen, isRead, isSensitive, limitsAnybody, passesLimits, type EntryFacts } from '../derive/facts-of.ts'
import { has, DATA } from '../derive/labels.ts'
import { openLabels } from '../derive/value.ts'
import type { Rule } from './types.ts'

/** Whether all that happens without a session is that something stored is read and kept again, and the call is then refused. */
function healsOnly({ open, member, reached }: EntryFacts): boolean {
  const refused = open.seen.refusals.length > 0 && member.seen.returns.some(({ at }) => !open.seen.returns.some((returned) => returned.at.node === at.node))
  if (!refused || open.seen.returns.some(({ value }) => has(openLabels(value), DATA))) return false
  return reached.every((effect) => isRead(effect) || (has(effect.labels, DATA) && /(?:write|update|save)\w*$/i.test(effect.operation)))
}

export const missingAuthentication: Rule = {
  id: 'missing-authentication',
  title: 'An action works for a caller that nobody knows',
  level: 'error',
  why: 'A server action is a public endpoint: whoever has its id can call it with any arguments. A check in the page, the layout or the middleware does not run for it.',
  fix: 'Read the session inside the action and leave when there is none, or define the action on a port with `.authorize(…)`. If it is meant for everybody, say so: `.public(reason)`, or a suppression with a reason.',
  bad: `'use server'
export async function deletePost(id: string) {
  await db.post.delete({ where: { id } })
}`,
  good: `'use server'
export async function deletePost(id: string) {
  const session = await auth()
  if (!session) throw new Error('Unauthorized')
  await db.post.delete({ where: { id, authorId: session.user.id } })
}`,
  standards: { nhi: ['NHI4:2025'], api: ['API2:2023', 'API5:2023'], asvs: ['8.2.1', '8.3.1'], cwe: ['CWE-306'] },
  entry: ({ entry, facts, at }) => {
    const grade = entry.controls.authentication
    if (grade.state !== 'absent' || !grade.applies || facts.reached.length === 0) return []
    const worst = facts.reached.find((effect) => !isRead(effect)) ?? facts.reached.find(isChosen) ?? facts.reached[0]
    if (!worst) return []
    // A route that only reads is often meant for everybody.
    // What a limit guards is mostly meant for everybody.
    const limited = limitsAnybody(facts.open) && !passesLimits(facts, (effect) => !isRead(effect) && isSensitive(effect))
    const level = limited ? 'warning' : !isRead(worst) ? 'error' : isChosen(worst) && entry.kind.endsWith('action') ? 'error' : entry.kind.endsWith('action') ? 'warning' : 'note'
    if (level === 'error' && healsOnly(facts)) return [{ message: `${entry.name}: writes back what it read (${worst.operation}) before it asks who calls`, at, evidence: [worst.at, ...grade.evidence], level: 'warning' }]
    return [{ message: `${entry.name}: ${grade.reason}, and reaches ${worst.operation} (${worst.kind})`, at, evidence: [worst.at, ...grade.evidence], level }]
  },
}
