import { controls, type CheckResult, type EntryPoint, type State } from '../types.ts'

const signs: { readonly [state in State]: string } = { present: '✓', absent: '✗', unknown: '?', delegated: '→', waived: 'w' }

/** One character for a grade; a dot where the control has nothing to do. */
export function sign(entry: EntryPoint, control: (typeof controls)[number]): string {
  const grade = entry.controls[control]
  return grade.applies ? signs[grade.state] : '·'
}

/** Text of the code base in a cell: names of files and suppressions hold whatever somebody wrote. */
function cell(text: string): string {
  return text.replace(/[\r\n]+/g, ' ').replace(/[\\|<`*]|(?<!\w)_|_(?!\w)/g, '\\$&')
}

/** A number of things. */
export function counted(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`
}

/** The result as Markdown: findings, then the inventory. */
export function toMarkdown(result: CheckResult): string {
  const { findings, entries, suppressed, problems } = result
  const count = (level: string): number => findings.filter((finding) => finding.level === level).length
  const lines = [
    '# sallyport check', '',
    `${counted(entries.length, 'entry point')} · ${counted(count('error'), 'error')}, ${counted(count('warning'), 'warning')}, ${counted(count('note'), 'note')}${result.known === undefined ? '' : `, ${result.known} in the baseline`} · exposure ${result.statistics.exposure === 'manifest' ? 'read from the build' : 'derived from imports'}`, '',
  ]
  if (findings.length > 0) {
    lines.push('## Findings', '', '| level | rule | where | what |', '|---|---|---|---|')
    for (const finding of findings) lines.push(`| ${finding.level} | ${finding.rule} | ${cell(finding.file)}:${finding.line} | ${cell(finding.message)} |`)
    lines.push('')
  }
  if (suppressed.length > 0) {
    lines.push('## Accepted', '', '| rule | where | reason | until |', '|---|---|---|---|')
    for (const { finding, reason, until } of suppressed) lines.push(`| ${finding.rule} | ${cell(finding.file)}:${finding.line} | ${cell(reason)} | ${until ?? ''} |`)
    lines.push('')
  }
  const shown = ['authentication', 'authorization', 'validation', 'rate-limit', 'audit', 'projection', 'scrubbing', 'error-sanitization'] as const
  lines.push('## Inventory', '', '✓ present · ✗ absent · ? unknown · → delegated · w waived · · nothing to do', '', `| entry point | kind | exposure | ${shown.join(' | ')} |`, `|---|---|---|${shown.map(() => '---').join('|')}|`)
  for (const entry of entries) {
    lines.push(`| ${cell(entry.id)} | ${entry.kind} | ${entry.exposure.tier}${entry.exposure.derived ? ' (derived)' : ''} | ${shown.map((control) => sign(entry, control)).join(' | ')} |`)
  }
  if (problems.length > 0) lines.push('', '## Files that could not be taken as they are', '', ...problems.map(({ file, problem }) => `- ${cell(file)} ${cell(problem)}`))
  return `${lines.join('\n')}\n`
}
