import { controls, type CheckResult, type EntryPoint, type State } from '../types.ts'

const signs: { readonly [state in State]: string } = { present: '✓', absent: '✗', unknown: '?', delegated: '→', waived: 'w' }

/** One character for a grade; a dot where the control has nothing to do. */
export function sign(entry: EntryPoint, control: (typeof controls)[number]): string {
  const grade = entry.controls[control]
  return grade.applies ? signs[grade.state] : '·'
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ')
}

/** The result as Markdown: findings, then the inventory. */
export function toMarkdown(result: CheckResult): string {
  const { findings, entries, suppressed, problems } = result
  const count = (level: string): number => findings.filter((finding) => finding.level === level).length
  const lines = [
    '# sallyport check', '',
    `${entries.length} entry points · ${count('error')} errors, ${count('warning')} warnings, ${count('note')} notes${result.known === undefined ? '' : `, ${result.known} in the baseline`} · exposure ${result.statistics.exposure === 'manifest' ? 'read from the build' : 'derived from imports'}`, '',
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
  if (problems.length > 0) lines.push('', '## Files that could not be taken as they are', '', ...problems.map(({ file, problem }) => `- ${file} ${problem}`))
  return `${lines.join('\n')}\n`
}
