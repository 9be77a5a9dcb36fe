import Table from 'cli-table3'
import colours from 'picocolors'
import { sign, type CheckResult, type Control, type EntryPoint, type Finding, type Level } from '@sallyport/check'
import { clean } from '../clean.ts'

const shown: readonly (readonly [control: Control, heading: string])[] = [
  ['authentication', 'auth'], ['authorization', 'authz'], ['validation', 'valid'], ['rate-limit', 'limit'], ['audit', 'audit'], ['projection', 'proj'], ['scrubbing', 'scrub'], ['error-sanitization', 'errors'],
]
const paint: { readonly [mark: string]: (text: string) => string } = { '✓': colours.green, '✗': colours.red, '?': colours.yellow, '→': colours.blue, w: colours.magenta, '·': colours.dim }
const levels: { readonly [level in Level]: (text: string) => string } = { error: colours.red, warning: colours.yellow, note: colours.dim }

const painted = (mark: string): string => (paint[mark] ?? String)(mark)
const at = ({ file, line }: { readonly file: string; readonly line: number }): string => `${clean(file)}:${line}`
const exposureOf = ({ exposure }: EntryPoint): string => exposure.tier + (exposure.derived ? '*' : '')

function row(entry: EntryPoint): string[] {
  return [`${clean(entry.name)}\n${colours.dim(at(entry))}`, exposureOf(entry), ...shown.map(([control]) => painted(sign(entry, control)))]
}

function table(entries: readonly EntryPoint[]): string {
  const cells = new Table({ head: ['entry point', 'exposure', ...shown.map(([, heading]) => heading)], style: { head: [], border: [], compact: true } })
  for (const entry of entries) cells.push(row(entry))
  return cells.toString()
}

/** The same below each other, for a terminal that the table is too wide for. */
function list(entries: readonly EntryPoint[], columns: number): string {
  const width = Math.max(...shown.map(([, heading]) => heading.length)) + 2
  const perLine = Math.max(1, Math.floor((columns - 2) / (width + 2)))
  return entries.map((entry) => {
    const marks = shown.map(([control, heading]) => `${painted(sign(entry, control))} ${heading.padEnd(width)}`)
    const lines = Array.from({ length: Math.ceil(marks.length / perLine) }, (_, line) => `  ${marks.slice(line * perLine, (line + 1) * perLine).join('').trimEnd()}`)
    return [`${colours.bold(clean(entry.name))}  ${exposureOf(entry)}`, colours.dim(`  ${at(entry)}`), ...lines].join('\n')
  }).join('\n')
}

/** From how many on findings with one cause are said in one line. */
const several = 3

/** Findings of a rule that one place is the evidence of stand together: a wrapper does the same for all that it wraps. */
function grouped(findings: readonly Finding[]): Finding[][] {
  const groups = new Map<string, Finding[]>()
  findings.forEach((finding, index) => {
    const cause = finding.evidence[0]
    const key = cause ? `${finding.rule} ${finding.level} ${cause.file}:${cause.line}` : String(index)
    groups.set(key, [...(groups.get(key) ?? []), finding])
  })
  return [...groups.values()]
}

function one(finding: Finding): string[] {
  const { level, rule, message, file, line, evidence: [cause] } = finding
  const elsewhere = cause && (cause.file !== file || cause.line !== line)
  return [`${levels[level](level.padEnd(7))} ${colours.bold(rule)}  ${clean(message)}`, colours.dim(`        ${at(finding)}${elsewhere ? `  →  ${at(cause)}` : ''}`)]
}

function together(group: readonly Finding[]): string[] {
  const [first] = group
  if (!first) return []
  const [cause] = first.evidence
  const where = group.map((finding) => (finding.entry === undefined ? at(finding) : clean(finding.entry)))
  return [
    `${levels[first.level](first.level.padEnd(7))} ${colours.bold(first.rule)}  ${group.length} entry points: ${clean(first.message.replace(/^[^:]*: /, ''))}`,
    colours.dim(`        ${cause === undefined ? '' : at(cause)}  ←  ${where.slice(0, several).join(', ')}${where.length > several ? ` and ${where.length - several} more (--format json lists them)` : ''}`),
  ]
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}

/**
 * The result as a table for a terminal. Findings with one cause stand together. Notes are counted, and printed with `all`.
 *
 * @param columns The width of the terminal. Default: as wide as it takes, for a file or a pipe.
 */
export function toTable(result: CheckResult, all: boolean, columns: number = Infinity): string {
  const { entries, findings, statistics } = result
  const count = (level: Level): number => findings.filter((finding) => finding.level === level).length
  const lines: string[] = []
  if (entries.length > 0) {
    const wide = table(entries)
    lines.push(wide.indexOf('\n') > columns ? list(entries, columns) : wide, colours.dim('✓ present  ✗ absent  ? unknown  → delegated  w waived  · nothing to do' + (entries.some(({ exposure }) => exposure.derived) ? '   * derived: no build to read it from' : '')), '')
  } else lines.push('No server actions and no route handlers here.', '')
  for (const group of grouped(findings.filter(({ level }) => all || level !== 'note'))) lines.push(...(group.length < several ? group.flatMap(one) : together(group)))
  for (const { file, problem } of result.problems) lines.push(`${colours.yellow('file')}    ${clean(file)} ${clean(problem)}`)
  if (findings.length > 0 || result.problems.length > 0) lines.push('')
  lines.push(`${counted(entries.length, 'entry point')} in ${counted(statistics.files, 'file')} (${statistics.milliseconds} ms): ${counted(count('error'), 'error')}, ${counted(count('warning'), 'warning')}, ${counted(count('note'), 'note')}${all || count('note') === 0 ? '' : ' (--all shows them)'}, ${result.suppressed.length} accepted${result.known === undefined ? '' : `, ${result.known} in the baseline`}`)
  if (findings[0]) lines.push(colours.dim(`sallyport check --explain ${findings[0].rule}`))
  return `${lines.join('\n')}\n`
}
