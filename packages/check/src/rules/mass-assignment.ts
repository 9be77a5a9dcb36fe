import type { Rule } from './types.ts'

export const massAssignment: Rule = {
  id: 'mass-assignment',
  title: 'The caller chooses which columns are written',
  level: 'error',
  why: 'An object of the caller is written whole. A TypeScript type keeps nobody from sending one property more: a role, an owner, a price.',
  fix: 'Parse the input with a schema that names every field, or write the fields one by one.',
  bad: `await db.user.update({ where: { id: user.id }, data: input })`,
  good: `const { name, bio } = Profile.parse(input)
await db.user.update({ where: { id: user.id }, data: { name, bio } })`,
  standards: { api: ['API3:2023'], asvs: ['15.3.3', '2.2.1'], cwe: ['CWE-915'] },
  entry: ({ entry, facts, at }) => {
    // A service that proved who it is by a secret or a signature says what it has been told to say.
    const effects = [...facts.effects, ...facts.reached].filter((effect) => effect.kind === 'db-write' && effect.whole && !effect.checks.some(({ kind }) => kind === 'authorizer'))
    const first = effects[0]
    return first ? [{ message: `${entry.name}: ${first.operation} writes an object of the caller as it is`, at, evidence: [first.at] }] : []
  },
}
