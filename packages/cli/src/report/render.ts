import type { ControlEvidence, Evidence } from './evidence.ts'
import { checkWords, logWords, summary, supported } from './words.ts'

/** Text of code and log in a cell: whatever stands in it, it is text. */
function cell(text: string): string {
  return text.replace(/[\r\n]+/g, ' ').replace(/[\\|<`*]|(?<!\w)_|_(?!\w)/g, '\\$&')
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  return [`| ${head.join(' | ')} |`, `|${head.map(() => '---').join('|')}|`, ...rows.map((row) => `| ${row.map(cell).join(' | ')} |`)]
}

/** The evidence as Markdown. */
export function reportMarkdown(evidence: Evidence): string {
  const { log } = evidence
  const lines = [
    '# Evidence of controls', '',
    `Made on ${evidence.made} by \`sallyport report\`. ${checkWords(evidence)}`, '',
    ...logWords(log).flatMap((line) => [line, '']),
    ...evidence.notes.map((note) => `- ${note}`), '',
    '## Controls', '',
    ...table(['control', 'state', 'log: passed', 'log: refused', 'supports'], evidence.controls.map((control) => [
      control.control, summary(control), control.log ? String(control.log.passed) : '–', control.log ? String(control.log.refused) : '–',
      supported(control).flatMap(([, entries]) => entries.map(({ id }) => id)).join(', '),
    ])),
    '', '## Standards', '',
    ...table(['standard', 'entry', 'title', 'supported by'], evidence.coverage.map(({ standard, id, title, controls, instead }) => [standard, id, title, controls.length > 0 ? controls.join(', ') : (instead ?? 'no control')])),
  ]
  if (log) {
    lines.push('', '## Actions in the log', '', ...table(['action', 'admitted', 'refused', 'by agents and services', 'reached by'], Object.entries(log.actions).sort(byName).map(([action, { admitted, refused, byMachines, transports }]) => [action, String(admitted), String(refused), String(byMachines), [...transports].sort().join(', ')])))
  }
  for (const control of evidence.controls) lines.push('', ...controlLines(control))
  if (evidence.accepted.length > 0) {
    lines.push('', '## Accepted findings', '', ...table(['rule', 'where', 'reason', 'until'], evidence.accepted.map((one) => [one.rule, one.where, one.reason, one.until ?? 'for ever'])))
  }
  return `${lines.join('\n')}\n`
}

function byName([left]: readonly [string, unknown], [right]: readonly [string, unknown]): number {
  return left < right ? -1 : 1
}

function controlLines(control: ControlEvidence): string[] {
  const lines = [
    `## ${control.control}`, '', control.what, '',
    `State: ${summary(control)}.${control.log ? ` In the log: passed ${control.log.passed}, refused ${control.log.refused}.` : ''}`, '',
    ...supported(control).map(([standard, entries]) => `- Supports ${standard}: ${entries.map(({ id, title }) => `${id} (${title})`).join('; ')}`),
  ]
  const section = (title: string, rows: readonly { entry: string; reason: string; at?: string }[]): void => {
    if (rows.length > 0) lines.push('', `### ${title}`, '', ...table(['entry point', 'what was seen', 'where'], rows.map((row) => [row.entry, row.reason, row.at ?? ''])))
  }
  section('Holds', control.holds)
  section('Waived', control.waivers)
  section('Missing or not to be seen', control.gaps)
  return lines
}

/** The evidence as JSON. */
export function reportJson(evidence: Evidence): string {
  return `${JSON.stringify(evidence, null, 2)}\n`
}
