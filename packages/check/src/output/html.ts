import { behaviour, style } from './html-assets.ts'
import { counted, sign } from './markdown.ts'
import { rules } from '../rules/index.ts'
import { controls, type CheckResult, type EntryPoint, type Grade } from '../types.ts'
import type { Trace } from '../derive/facts.ts'

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll('\'', '&#39;')
}

function traceItem(trace: Trace): string {
  const chain = trace.chain.slice(1).map((place) => `<li>${escape(place.file)}:${place.line} <code>${escape(place.text)}</code></li>`).join('')
  return `<li>${chain === '' ? '' : `<ol>${chain}</ol>`}<b>${escape(trace.file)}:${trace.line}</b> <code>${escape(trace.text)}</code></li>`
}

function stateOf(grade: Grade): string {
  return grade.applies ? grade.state : 'idle'
}

/** The share of each state of a control, as a bar. */
function bar(control: (typeof controls)[number], entries: readonly EntryPoint[]): string {
  const states = ['present', 'delegated', 'waived', 'unknown', 'absent', 'idle']
  const total = Math.max(1, entries.length)
  let x = 0
  const parts = states.map((state) => {
    const count = entries.filter((entry) => stateOf(entry.controls[control]) === state).length
    const width = (count / total) * 400
    const rect = count === 0 ? '' : `<rect class="${state}" x="${x.toFixed(1)}" y="0" width="${width.toFixed(1)}" height="14"><title>${state === 'idle' ? 'nothing to do' : state}: ${count}</title></rect>`
    x += width
    return rect
  })
  return `<tr><th scope="row">${control}</th><td><svg viewBox="0 0 400 14" width="400" height="14" role="img" aria-label="${control}">${parts.join('')}</svg></td></tr>`
}

function row(entry: EntryPoint, result: CheckResult): string {
  const own = result.findings.filter((finding) => finding.entry === entry.id)
  const worst = own.some(({ level }) => level === 'error') ? 'error' : own.some(({ level }) => level === 'warning') ? 'warning' : own.length > 0 ? 'note' : 'clean'
  const cells = controls.map((control) => `<td class="${stateOf(entry.controls[control])}" title="${control}: ${escape(entry.controls[control].reason)}">${sign(entry, control)}</td>`).join('')
  const grades = controls
    .filter((control) => entry.controls[control].applies)
    .map((control) => {
      const grade = entry.controls[control]
      return `<li><b>${control}</b> ${grade.state}: ${escape(grade.reason)}${grade.evidence.length > 0 ? `<ul>${grade.evidence.map(traceItem).join('')}</ul>` : ''}</li>`
    })
  const findings = own.map((finding) => `<li class="${finding.level}"><b>${finding.rule}</b> ${escape(finding.message)}<ul>${finding.evidence.map(traceItem).join('')}</ul></li>`)
  return `<tbody data-kind="${entry.kind}" data-worst="${worst}" data-tier="${entry.exposure.tier}" data-text="${escape(entry.id.toLowerCase())}"><tr class="head"><td><button aria-expanded="false">${escape(entry.name)}</button><small>${escape(entry.file)}:${entry.line}</small></td><td>${entry.kind}</td><td>${entry.exposure.tier}${entry.exposure.derived ? '*' : ''}</td><td class="${worst}">${own.length}</td>${cells}</tr><tr hidden><td colspan="${4 + controls.length}"><div><ul>${findings.join('')}</ul><ul>${grades.join('')}</ul></div></td></tr></tbody>`
}

const legend = [['present', '✓', 'present'], ['delegated', '→', 'delegated'], ['waived', 'w', 'waived'], ['unknown', '?', 'unknown'], ['absent', '✗', 'absent'], ['idle', '·', 'nothing to do']] as const

/** Text of a rule: what stands between backticks is code. */
function prose(text: string): string {
  return escape(text).replace(/`([^`]+)`/g, '<code>$1</code>')
}

/** The result as one HTML page that needs nothing else: inventory, filters, a picture of the posture, evidence on click. */
export function toHtml(result: CheckResult): string {
  const { entries, findings } = result
  const loose = findings.filter((finding) => finding.entry === undefined)
  const count = (level: string): number => findings.filter((finding) => finding.level === level).length
  const option = (value: string): string => `<option>${value}</option>`
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>sallyport check</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<style>${style}</style></head><body>
<h1>sallyport check</h1>
<p>${counted(entries.length, 'entry point')} · <b class="error">${counted(count('error'), 'error')}</b> · <b class="warning">${counted(count('warning'), 'warning')}</b> · ${counted(count('note'), 'note')} · ${result.suppressed.length} accepted${result.known === undefined ? '' : ` · ${result.known} in the baseline`}</p>
<p class="legend">${legend.map(([state, mark, name]) => `<span><i class="${state}">${mark}</i> ${name}</span>`).join(' ')}${entries.some(({ exposure }) => exposure.derived) ? ' · * exposure derived from imports, not read from a build' : ''}</p>
<table class="posture">${controls.map((control) => bar(control, entries)).join('')}</table>
<h2>Inventory</h2>
<form><input type="search" placeholder="name or file" aria-label="name or file">
<select name="kind" aria-label="kind"><option value="">every kind</option>${['action', 'inline-action', 'route', 'api-route'].map(option).join('')}</select>
<select name="tier" aria-label="exposure"><option value="">every exposure</option>${['shipped', 'registered', 'latent', 'public'].map(option).join('')}</select>
<select name="worst" aria-label="findings"><option value="">any findings</option>${['error', 'warning', 'note', 'clean'].map(option).join('')}</select></form>
<div class="scroll"><table class="inventory"><thead><tr><th>entry point</th><th>kind</th><th>exposure</th><th>findings</th>${controls.map((control) => `<th class="turn"><span>${control}</span></th>`).join('')}</tr></thead>${entries.map((entry) => row(entry, result)).join('\n')}</table></div>
${loose.length > 0 ? `<h2>Elsewhere</h2><ul>${loose.map((finding) => `<li class="${finding.level}"><b>${finding.rule}</b> ${escape(finding.file)}:${finding.line} ${escape(finding.message)}</li>`).join('')}</ul>` : ''}
${result.suppressed.length > 0 ? `<h2>Accepted</h2><ul>${result.suppressed.map(({ finding, reason, until }) => `<li><b>${finding.rule}</b> ${escape(finding.file)}:${finding.line} ${escape(reason)}${until ? ` (until ${escape(until)})` : ''}</li>`).join('')}</ul>` : ''}
${result.problems.length > 0 ? `<h2>Files that could not be taken as they are</h2><ul>${result.problems.map(({ file, problem }) => `<li>${escape(file)} ${escape(problem)}</li>`).join('')}</ul>` : ''}
<h2>Rules</h2><dl>${rules.map((rule) => `<dt id="${rule.id}">${rule.id}</dt><dd>${prose(rule.why)} ${prose(rule.fix)}</dd>`).join('')}</dl>
<script>${behaviour}</script></body></html>
`
}
