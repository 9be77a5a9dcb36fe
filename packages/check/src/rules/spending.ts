import { isDelegated, isFreelyCounted, limitsAnybody, passesLimits } from '../derive/facts-of.ts'
import type { Effect } from '../derive/facts.ts'
import type { Rule } from './types.ts'

function costs(effect: Effect): boolean {
  return effect.kind === 'model' || effect.kind === 'message'
}

export const unauthenticatedSpending: Rule = {
  id: 'unauthenticated-spending',
  title: 'Anybody can spend money',
  level: 'error',
  why: 'A call of a model or a message service costs money each time, and this one needs no session.',
  fix: 'Ask for a session, and count the call against a limit and a budget.',
  bad: `export async function summarize(text: string) {
  return generateText({ model, prompt: text })
}`,
  good: `export const summarize = port.define('text.summarize')
  .inputSchema(z.object({ text: z.string().max(8_000) }))
  .authorize('text:summarize')
  .tokens()
  .outputSchema(Summary)
  .action(({ parsedInput }) => …)`,
  standards: { llm: ['LLM10:2025'], api: ['API4:2023', 'API6:2023'], asvs: ['2.4.1'], cwe: ['CWE-306', 'CWE-770'] },
  entry: ({ entry, facts, at }) => {
    const { authentication } = entry.controls
    if (authentication.state !== 'absent' || facts.entrance || facts.intake) return []
    const spent = facts.reached.find((effect) => costs(effect) && !isDelegated(effect))
    // Anybody may ask for a mail, as often as a limit lets them: `forgot my password`.
    const bounded = limitsAnybody(facts.open) && !passesLimits(facts, costs)
    return spent ? [{ message: `${entry.name}: anybody can make it call ${spent.operation} (${spent.kind})${bounded ? ', under a limit' : ''}`, at, evidence: [spent.at], ...(bounded ? { level: 'warning' as const } : {}) }] : []
  },
}

export const unlimitedSpending: Rule = {
  id: 'unlimited-spending',
  title: 'A signed-in caller can spend without end',
  level: 'warning',
  why: 'Whoever is signed in can make the call as often as they like. One script is enough for a bill.',
  fix: 'Count calls per principal and tokens per hour, and refuse before the call when the limit is used up.',
  bad: `const { user } = await requireSession()
return streamText({ model, prompt })`,
  good: `const { user } = await requireSession()
const { success } = await ratelimit.limit(user.id)
if (!success) throw new Error('Too many requests')
return streamText({ model, prompt })`,
  standards: { llm: ['LLM10:2025'], api: ['API4:2023'], asvs: ['2.4.1'], cwe: ['CWE-770', 'CWE-799'] },
  entry: ({ entry, facts, at }) => {
    if (entry.controls['rate-limit'].state === 'present' || entry.controls['token-budget'].state === 'present') return []
    const spent = facts.effects.find((effect) => effect.kind === 'model')
    if (!spent) return []
    if (isFreelyCounted(facts)) return [{ message: `${entry.name}: the caller chooses what ${spent.operation} is counted under: each new name is a new allowance`, at, evidence: [spent.at] }]
    const why = entry.controls['rate-limit'].reason.startsWith('a count') ? `a count is compared, and not raised before ${spent.operation}: calls side by side all pass` : `nothing limits how often ${spent.operation} is called`
    return passesLimits(facts, (effect) => effect.kind === 'model') ? [{ message: `${entry.name}: ${why}`, at, evidence: [spent.at] }] : []
  },
}

export const unlimitedPasswordCheck: Rule = {
  id: 'unlimited-password-check',
  title: 'Passwords can be guessed without end',
  level: 'warning',
  why: 'An action compares a password, and nothing counts the attempts.',
  fix: 'Limit attempts per account and per address before the comparison.',
  bad: `const user = await db.user.findUnique({ where: { email } })
if (!(await bcrypt.compare(password, user.hash))) return { error: 'Wrong' }`,
  good: `const { success } = await attempts.limit(email)
if (!success) return { error: 'Try again later' }
if (!(await bcrypt.compare(password, user.hash))) return { error: 'Wrong' }`,
  standards: { nhi: ['NHI4:2025'], api: ['API2:2023', 'API4:2023'], asvs: ['2.4.1', '6.3.1'], cwe: ['CWE-307'] },
  entry: ({ entry, facts, at }) => {
    const compared = [...facts.open.seen.effects, ...facts.member.seen.effects].find((effect) => effect.kind === 'password')
    if (!compared) return []
    if (!passesLimits(facts, (effect) => effect.kind === 'password') || entry.made === 'sallyport') return []
    return [{ message: `${entry.name}: ${compared.operation} can be tried as often as a caller likes`, at, evidence: [compared.at], ...(entry.controls.authentication.state === 'present' && facts.open.seen.effects.every((effect) => effect.kind !== 'password') ? { level: 'note' as const } : {}) }]
  },
}
