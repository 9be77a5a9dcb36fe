import { isRaw, isRead } from '../derive/facts-of.ts'
import { has, TEXT } from '../derive/labels.ts'
import type { Rule } from './types.ts'

export const missingValidation: Rule = {
  id: 'missing-validation',
  title: 'What the caller sends is used unchecked',
  level: 'warning',
  why: 'TypeScript types are gone when the code runs, and `formData.get(…) as string` checks nothing. An object where a string was expected changes what a query means.',
  fix: 'Parse every argument with a schema before it is used.',
  bad: `export async function rename(id: string, name: string) {
  await db.project.update({ where: { id }, data: { name } })
}`,
  good: `const Input = z.object({ id: z.uuid(), name: z.string().trim().max(80) })
export async function rename(input: unknown) {
  const { id, name } = Input.parse(input)
  await db.project.update({ where: { id }, data: { name } })
}`,
  standards: { api: ['API8:2023'], asvs: ['2.2.1', '2.2.2'], cwe: ['CWE-20'] },
  entry: ({ entry, facts, at }) => {
    if (entry.made === 'sallyport' || entry.controls.validation.state !== 'absent') return []
    const raw = [...facts.effects, ...facts.reached].filter(isRaw)
    const worst = raw.find((effect) => !isRead(effect)) ?? raw[0]
    // A part of the address is a string at least. What a service sends that proved who it is was put there by the application itself, mostly.
    const proven = raw.every((effect) => effect.checks.some(({ kind }) => kind === 'authorizer'))
    const text = raw.every((effect) => has(effect.labels, TEXT))
    return worst ? [{ ...(proven || text ? { level: 'note' as const } : {}), message: `${entry.name}: ${worst.operation} gets what the caller sent, with no check at run time`, at, evidence: [worst.at] }] : []
  },
}
