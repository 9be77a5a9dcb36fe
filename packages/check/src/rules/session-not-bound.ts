import { has, CALLER, PICKED, SESSION } from '../derive/labels.ts'
import { isCreate } from '../derive/facts-of.ts'
import { walk } from '../syntax/ast.ts'
import type { Spot } from '../derive/facts.ts'
import type { Rule } from './types.ts'

/** Whether what is thrown here is caught, and the code goes on. */
function isCaught({ node, module }: Spot): boolean {
  let caught = false
  walk(module.program, (at) => {
    if (at.start > node.start || at.end < node.end) return false
    if (at.type === 'TryStatement' && at.handler && at.block.start <= node.start && node.end <= at.block.end) {
      caught = true
      walk(at.handler.body, (inside) => {
        if (inside.type === 'ThrowStatement') caught = false
      })
    }
  })
  return caught
}

export const sessionNotBound: Rule = {
  id: 'session-not-bound',
  title: 'A session is read, and nothing depends on it',
  level: 'warning',
  why: 'Reading the session changes nothing by itself. If the code neither leaves without one nor puts it into the query, the call works the same for everybody.',
  fix: 'Leave when the session is absent, and use its owner in the query.',
  bad: `const user = await currentUser()
const invoice = await db.invoice.findFirst({ where: { id } })`,
  good: `const user = await currentUser()
if (!user) throw new Error('Unauthorized')
const invoice = await db.invoice.findFirst({ where: { id, userId: user.id } })`,
  standards: { nhi: ['NHI4:2025'], api: ['API1:2023'], asvs: ['8.3.1', '8.2.2'], cwe: ['CWE-862'] },
  entry: ({ entry, facts, at }) => {
    const { sessions, refusals, checks } = facts.open.seen
    if (sessions.length === 0 || refusals.some((refusal) => !isCaught(refusal)) || checks.some((check) => has(check.labels, SESSION))) return []
    if (entry.made === 'sallyport' || facts.reached.length === 0) return []
    const loose = facts.effects.find((effect) => has(effect.keyLabels, CALLER | PICKED) && !has(effect.labels, SESSION) && !isCreate(effect))
    if (!loose || facts.effects.some((effect) => has(effect.labels, SESSION))) return []
    return [{ message: `${entry.name}: a session is read, and ${loose.operation} does not depend on it`, at, evidence: [...sessions.slice(0, 1), loose.at] }]
  },
}
