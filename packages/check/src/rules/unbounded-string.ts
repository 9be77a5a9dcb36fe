import { has, CALLER } from '../derive/labels.ts'
import { unboundedStrings } from './schema.ts'
import type { Rule } from './types.ts'

export const unboundedString: Rule = {
  id: 'unbounded-string',
  title: 'A string of the input has no maximum length',
  level: 'note',
  why: 'A string with no bound is stored, searched and sent to models at whatever size the caller likes.',
  fix: 'Give every string a `.max(…)`, or a format of fixed length such as a UUID, or an enum.',
  bad: `z.object({ title: z.string() })`,
  good: `z.object({ title: z.string().trim().max(200), status: z.enum(['open', 'closed']) })`,
  standards: { llm: ['LLM10:2025'], api: ['API4:2023'], asvs: ['2.2.1'], cwe: ['CWE-770'] },
  entry: ({ entry, facts, at }) => {
    const names = new Set<string>()
    let where = at
    for (const { schema, at: place, labels } of facts.member.seen.validations) {
      // A row that is parsed on its way out is no input.
      if (!has(labels, CALLER)) continue
      for (const name of unboundedStrings(schema)) {
        if (names.size === 0) where = place
        names.add(name)
      }
    }
    if (names.size === 0) return []
    const list = [...names].slice(0, 5).join(', ')
    return [{ message: `${entry.name}: no maximum length for ${list}${names.size > 5 ? ` and ${names.size - 5} more` : ''}`, at: where }]
  },
}
