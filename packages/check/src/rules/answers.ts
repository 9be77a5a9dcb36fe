import { has, ERROR, ROW, SCRUBBED } from '../derive/labels.ts'
import { returnsWith, unscrubbedReturns } from '../derive/facts-of.ts'
import type { Place } from '../derive/facts.ts'
import type { Value } from '../derive/value.ts'
import type { Rule } from './types.ts'

/** Where it is returned, if that is in the file of the entry point: a wrapper elsewhere returns for all that it wraps. */
function own(returned: Place | undefined, at: Place): Place {
  return returned?.file === at.file ? returned : at
}

export const rawErrorReturned: Rule = {
  id: 'raw-error-returned',
  title: 'What an error says is returned to the caller',
  level: 'warning',
  why: 'Messages of drivers and services hold table names, queries, paths and upstream answers. Next.js hides what is thrown; it does not hide what is returned.',
  fix: 'Log the error on the server with a correlation id, and return a code and a message of your own.',
  bad: `catch (error) {
  return { error: error.message }
}`,
  good: `catch (error) {
  log.error(error)
  return { error: 'The invoice could not be saved' }
}`,
  standards: { api: ['API8:2023'], asvs: ['16.5.1'], cwe: ['CWE-209'] },
  entry: ({ entry, facts, at }) => {
    if (entry.made === 'sallyport') return []
    const told = returnsWith(facts, ERROR)
    return told.length > 0 ? [{ message: `${entry.name}: returns what a caught error says`, at: own(told[0], at), evidence: told.slice(0, 3) }] : []
  },
}

const sensitiveTable = /user|account|member|customer|session|token|secret|credential|profile|employee|patient|payment|invoice|order|api_?key/i

export const rawRowReturned: Rule = {
  id: 'raw-row-returned',
  title: 'A row is returned as the database gave it',
  level: 'warning',
  why: 'Every column goes to the browser, also those that nobody shows: hashes, notes, keys, and whatever is added later.',
  fix: 'Choose the columns in the query, or pass the row through an output schema.',
  bad: `return db.user.findFirst({ where: { id: user.id } })`,
  good: `return db.user.findFirst({ where: { id: user.id }, select: { name: true, image: true } })`,
  standards: { llm: ['LLM02:2025'], api: ['API3:2023'], asvs: ['15.3.1', '14.2.6'], cwe: ['CWE-213', 'CWE-200'] },
  entry: ({ entry, facts, at }) => {
    if (entry.controls.projection.state !== 'absent') return []
    const rows = returnsWith(facts, ROW)
    const first = rows[0]
    if (!first) return []
    const from = facts.effects.filter((effect) => (effect.kind === 'db-read' || effect.kind === 'db-write') && effect.gives && !effect.projected)
    const tables = new Set(from.map((effect) => effect.target))
    const personal = [...tables].some((table) => sensitiveTable.test(table))
    // Which of several it is can't be told.
    const table = tables.size === 1 ? [...tables][0] : undefined
    return [{ message: `${entry.name}: returns a row${table ? ` of ${table}` : ''} with all its columns`, at: own(first, at), evidence: rows.slice(0, 3), level: personal ? 'warning' : 'note' }]
  },
}

function isPlain(value: Value): boolean {
  if (value.kind === 'object') return value.rest === undefined && [...value.properties.values()].every(isPlain)
  return value.kind === 'const' || (value.kind === 'list' && value.items.every(isPlain))
}

export const unscrubbedModelStream: Rule = {
  id: 'unscrubbed-model-stream',
  title: 'Model output is streamed unscrubbed',
  level: 'note',
  why: 'A model repeats what it has read: keys in a prompt, personal data from a tool. Once a chunk is sent it can\'t be taken back.',
  fix: 'Pass the stream through a scrubber before it leaves the server.',
  bad: `return streamText({ model, messages }).toTextStreamResponse()`,
  good: `return streamText({ model, messages }).textStream.pipeThrough(scrubText(scrubber))`,
  standards: { nhi: ['NHI2:2025'], llm: ['LLM02:2025', 'LLM05:2025'], asvs: ['14.2.6'], cwe: ['CWE-200'] },
  entry: ({ entry, facts, at }) => {
    const { streams, returns } = facts.member.seen
    const stream = streams[0]
    if (!stream || entry.controls.scrubbing.state === 'present') return []
    const open = unscrubbedReturns(facts)
    // What the code itself says holds nothing of a model; of anything else nobody knows.
    const escapes = open.length > 0 || returns.length === 0 || (returns.every(({ value }) => !has(value.labels, SCRUBBED)) && !returns.every(({ value }) => isPlain(value)))
    return escapes ? [{ message: `${entry.name}: streams model output as it comes`, at: own(open[0], at), evidence: [stream.at] }] : []
  },
}
