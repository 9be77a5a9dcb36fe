import Table from 'cli-table3'
import colours from 'picocolors'
import { sign, type CheckResult, type Control, type EntryPoint, type Level } from '@sallyport/check'

const shown: readonly (readonly [control: Control, heading: string])[] = [
  ['authentication', 'auth'], ['authorization', 'authz'], ['validation', 'valid'], ['rate-limit', 'limit'], ['audit', 'audit'], ['projection', 'proj'], ['scrubbing', 'scrub'], ['error-sanitization', 'errors'],
]
const paint: { readonly [mark: string]: (text: string) => string } = { '✓': colours.green, '✗': colours.red, '?': colours.yellow, '→': colours.blue, w: colours.magenta, '·': colours.dim }
const levels: { readonly [level in Level]: (text: string) => string } = { error: colours.red, warning: colours.yellow, note: colours.dim }

function row(entry: EntryPoint): string[] {
  const marks = shown.map(([control]) => {
    const mark = sign(entry, control)
    return (paint[mark] ?? String)(mark)
  })
  return [`${entry.name}\n${colours.dim(`${entry.file}:${entry.line}`)}`, entry.exposure.tier + (entry.exposure.derived ? '*' : ''), ...marks]
}

/** The result as a table for a terminal. Notes are counted, and printed with `all`. */
export function toTable(result: CheckResult, all: boolean): string {
  const { entries, findings, statistics } = result
  const count = (level: Level): number => findings.filter((finding) => finding.level === level).length
  const lines: string[] = []
  if (entries.length > 0) {
    const table = new Table({ head: ['entry point', 'exposure', ...shown.map(([, heading]) => heading)], style: { head: [], border: [], compact: true } })
    for (const entry of entries) table.push(row(entry))
    lines.push(table.toString(), colours.dim('✓ present  ✗ absent  ? unknown  → delegated  w waived  · nothing to do' + (statistics.exposure === 'derived' ? '   * derived: no build to read it from' : '')), '')
  } else lines.push('No server actions and no route handlers here.', '')
  for (const finding of findings) {
    if (finding.level === 'note' && !all) continue
    lines.push(`${levels[finding.level](finding.level.padEnd(7))} ${colours.bold(finding.rule)}  ${finding.message}`, colours.dim(`        ${finding.file}:${finding.line}${finding.evidence[0] ? `  →  ${finding.evidence[0].file}:${finding.evidence[0].line}` : ''}`))
  }
  for (const { file, problem } of result.problems) lines.push(`${colours.yellow('file')}    ${file} ${problem}`)
  if (findings.length > 0 || result.problems.length > 0) lines.push('')
  lines.push(`${entries.length} entry points in ${statistics.files} files (${statistics.milliseconds} ms): ${count('error')} errors, ${count('warning')} warnings, ${count('note')} notes${all || count('note') === 0 ? '' : ' (--all shows them)'}, ${result.suppressed.length} accepted`)
  if (findings[0]) lines.push(colours.dim(`sallyport check --explain ${findings[0].rule}`))
  return `${lines.join('\n')}\n`
}
