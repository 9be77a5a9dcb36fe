import type { ControlEvidence, Evidence } from './evidence.ts'

function standards(control: ControlEvidence): readonly (readonly [standard: string, ids: readonly string[]])[] {
  const all: readonly (readonly [string, readonly string[]])[] = [
    ['OWASP NHI Top 10 2025', control.nhi], ['NIST CSF 2.0', control.csf], ['NIST SP 800-207 §2.1, tenets', control.zeroTrust], ['OWASP ASVS 5.0.0', control.asvs], ['OWASP LLM 2025', control.llm],
  ]
  return all.filter(([, ids]) => ids.length > 0)
}

function summary(control: ControlEvidence): string {
  return Object.entries(control.states).filter(([, count]) => count > 0).map(([state, count]) => `${state} ${count}`).join(', ') || 'nothing for it to do'
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ')
}

/** The evidence as Markdown. */
export function reportMarkdown(evidence: Evidence): string {
  const { log } = evidence
  const lines = [
    '# Evidence of controls', '',
    `Made on ${evidence.made} by \`sallyport report\`. ${evidence.entryPoints} entry points; exposure ${evidence.exposure === 'manifest' ? 'read from the build' : 'derived from imports'}; findings: ${evidence.findings.error} errors, ${evidence.findings.warning} warnings, ${evidence.findings.note} notes.`, '',
    log
      ? `Audit log: ${log.events} events, ${log.intents} calls admitted${log.from ? `, from ${log.from} to ${log.until ?? ''}` : ''}. Outcomes: ${Object.entries(log.outcomes).map(([outcome, count]) => `${outcome} ${count}`).join(', ') || 'none'}.`
      : 'No audit log was read: counts of the log are missing.',
    '', ...evidence.notes.map((note) => `- ${note}`), '',
    '| control | state | log: passed / refused | supports |', '|---|---|---|---|',
  ]
  for (const control of evidence.controls) {
    lines.push(`| ${control.control} | ${summary(control)} | ${control.log ? `${control.log.passed} / ${control.log.refused}` : '–'} | ${standards(control).flatMap(([, ids]) => ids).join(', ')} |`)
  }
  for (const control of evidence.controls) {
    lines.push('', `## ${control.control}`, '', control.what, '', `State: ${summary(control)}.`, '', ...standards(control).map(([standard, ids]) => `- Supports ${standard}: ${ids.join(', ')}`))
    const section = (title: string, rows: readonly { entry: string; reason: string; at?: string }[]): void => {
      if (rows.length === 0) return
      lines.push('', `### ${title}`, '', '| entry point | what was seen | where |', '|---|---|---|', ...rows.map((row) => `| ${cell(row.entry)} | ${cell(row.reason)} | ${row.at ?? ''} |`))
    }
    section('Holds', control.holds)
    section('Waived', control.waivers)
    section('Missing or not to be seen', control.gaps)
  }
  if (evidence.accepted.length > 0) {
    lines.push('', '## Accepted findings', '', '| rule | where | reason | until |', '|---|---|---|---|', ...evidence.accepted.map((one) => `| ${one.rule} | ${cell(one.where)} | ${cell(one.reason)} | ${one.until ?? ''} |`))
  }
  return `${lines.join('\n')}\n`
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}

/** The evidence as one HTML page that needs nothing else. */
export function reportHtml(evidence: Evidence): string {
  const rows = (list: readonly { entry: string; reason: string; at?: string }[]): string => list.map((row) => `<tr><td>${escape(row.entry)}</td><td>${escape(row.reason)}</td><td>${escape(row.at ?? '')}</td></tr>`).join('')
  const section = (title: string, list: readonly { entry: string; reason: string; at?: string }[]): string => (list.length === 0 ? '' : `<details><summary>${title} (${list.length})</summary><table>${rows(list)}</table></details>`)
  const { log } = evidence
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Evidence of controls</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>:root{color-scheme:light dark}body{font:15px/1.5 system-ui,sans-serif;max-width:1000px;margin:2rem auto;padding:0 1rem}table{border-collapse:collapse;width:100%}td,th{border:1px solid #8886;padding:.25rem .5rem;text-align:left;vertical-align:top}summary{cursor:pointer}h2{margin-bottom:.2rem}</style></head><body>
<h1>Evidence of controls</h1>
<p>Made on ${escape(evidence.made)} by sallyport report. ${evidence.entryPoints} entry points; exposure ${evidence.exposure === 'manifest' ? 'read from the build' : 'derived from imports'}; findings: ${evidence.findings.error} errors, ${evidence.findings.warning} warnings, ${evidence.findings.note} notes.</p>
<p>${log ? `Audit log: ${log.events} events, ${log.intents} calls admitted. Outcomes: ${escape(Object.entries(log.outcomes).map(([outcome, count]) => `${outcome} ${count}`).join(', ') || 'none')}.` : 'No audit log was read: counts of the log are missing.'}</p>
<ul>${evidence.notes.map((note) => `<li>${escape(note)}</li>`).join('')}</ul>
${evidence.controls.map((control) => `<h2>${control.control}</h2><p>${escape(control.what)} <b>${summary(control)}</b>${control.log ? ` · log: passed ${control.log.passed}, refused ${control.log.refused}` : ''}</p><ul>${standards(control).map(([standard, ids]) => `<li>Supports ${escape(standard)}: ${ids.join(', ')}</li>`).join('')}</ul>${section('Holds', control.holds)}${section('Waived', control.waivers)}${section('Missing or not to be seen', control.gaps)}`).join('\n')}
${evidence.accepted.length > 0 ? `<h2>Accepted findings</h2><table>${evidence.accepted.map((one) => `<tr><td>${one.rule}</td><td>${escape(one.where)}</td><td>${escape(one.reason)}</td><td>${one.until ?? ''}</td></tr>`).join('')}</table>` : ''}
</body></html>
`
}

/** The evidence as JSON. */
export function reportJson(evidence: Evidence): string {
  return `${JSON.stringify(evidence, null, 2)}\n`
}
