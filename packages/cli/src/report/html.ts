import type { ControlEvidence, Evidence } from './evidence.ts'
import { checkWords, logWords, summary, supported } from './words.ts'

const style = `
:root{color-scheme:light dark;--ink:#1b1f24;--page:#fff;--line:#d5d9df;--soft:#f4f5f7;--present:#2e7d4f;--delegated:#4a7ab5;--waived:#8a6fb0;--unknown:#c9a227;--absent:#c0392b}
@media (prefers-color-scheme:dark){:root{--ink:#e6e8eb;--page:#15181c;--line:#343a42;--soft:#1d2126}}
body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--page);max-width:1100px;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;width:100%}td,th{border:1px solid var(--line);padding:.25rem .5rem;text-align:left;vertical-align:top}th{background:var(--soft);font-weight:600}td.n,th.n{text-align:right}td.n{white-space:nowrap}
.scroll{overflow-x:auto;margin:.5rem 0}code{font-size:.92em;overflow-wrap:anywhere}summary{cursor:pointer;padding:.2rem 0}details table{font-size:.92em}h2{margin:2rem 0 .3rem}h3{margin:1.6rem 0 .2rem}
svg{display:block;border-radius:3px}rect.present{fill:var(--present)}rect.delegated{fill:var(--delegated)}rect.waived{fill:var(--waived)}rect.unknown{fill:var(--unknown)}rect.absent{fill:var(--absent)}
.key i{display:inline-block;width:.8em;height:.8em;border-radius:2px;margin-right:.3em}.key span{margin-right:1rem;white-space:nowrap}.present{background:var(--present)}.delegated{background:var(--delegated)}.waived{background:var(--waived)}.unknown{background:var(--unknown)}.absent{background:var(--absent)}
.broken{color:var(--absent);font-weight:700}.none{opacity:.75}dl{margin:.4rem 0}dt{float:left;clear:left;margin-right:.5rem;font-weight:600}dd{margin:0 0 .2rem}
@media (max-width:700px){.wide{display:none}td,th{padding:.2rem .35rem}table{font-size:.9em}dt{float:none}}
@media print{details>*{display:block}a{color:inherit;text-decoration:none}}`

const states = ['present', 'delegated', 'waived', 'unknown', 'absent'] as const

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}

/** Text in which code stands between backticks. */
function prose(text: string): string {
  return escape(text).replace(/`([^`]+)`/g, '<code>$1</code>')
}

/** The share of each state, as a bar. */
function bar(control: ControlEvidence): string {
  const total = states.reduce((sum, state) => sum + control.states[state], 0)
  if (total === 0) return ''
  let x = 0
  const parts = states.map((state) => {
    const width = (control.states[state] / total) * 120
    const rect = width === 0 ? '' : `<rect class="${state}" x="${x.toFixed(1)}" y="0" width="${width.toFixed(1)}" height="12"/>`
    x += width
    return rect
  })
  return `<svg viewBox="0 0 120 12" width="120" height="12" role="img" aria-label="${summary(control)}">${parts.join('')}</svg>`
}

type Rows = readonly { readonly entry: string; readonly reason: string; readonly at?: string }[]

function details(title: string, rows: Rows, open = false): string {
  if (rows.length === 0) return ''
  const body = rows.map((row) => `<tr><td><code>${escape(row.entry)}</code></td><td>${prose(row.reason)}</td><td><code>${escape(row.at ?? '')}</code></td></tr>`).join('')
  return `<details${open ? ' open' : ''}><summary>${title} (${rows.length})</summary><div class="scroll"><table><tr><th>entry point</th><th>what was seen</th><th>where</th></tr>${body}</table></div></details>`
}

function overview({ controls }: Evidence): string {
  const rows = controls.map((control) => `<tr><td><a href="#${control.control}">${control.control}</a></td><td>${bar(control)}<span>${summary(control)}</span></td><td class="n">${control.log?.passed ?? '–'}</td><td class="n">${control.log?.refused ?? '–'}</td><td class="wide">${supported(control).flatMap(([, entries]) => entries.map(({ id }) => id)).join(', ')}</td></tr>`).join('')
  return `<div class="scroll"><table><tr><th>control</th><th>state</th><th class="n">log: passed</th><th class="n">refused</th><th class="wide">supports</th></tr>${rows}</table></div>`
}

function standardsTable({ coverage }: Evidence): string {
  const names = [...new Set(coverage.map(({ standard }) => standard))]
  return names.map((name) => {
    const rows = coverage.filter(({ standard }) => standard === name).map(({ id, title, controls, instead }) => `<tr><td class="id">${escape(id)}</td><td>${escape(title)}</td><td>${controls.length > 0 ? controls.map((control) => `<a href="#${control}">${control}</a>`).join(', ') : `<span class="none">${prose(instead ?? 'no control')}</span>`}</td></tr>`).join('')
    return `<h3>${escape(name)}</h3><div class="scroll"><table><tr><th>entry</th><th>title</th><th>supported by</th></tr>${rows}</table></div>`
  }).join('')
}

function actionsTable({ log }: Evidence): string {
  if (log === undefined) return ''
  const rows = Object.entries(log.actions).sort(([left], [right]) => (left < right ? -1 : 1)).map(([action, counts]) => `<tr><td><code>${escape(action)}</code></td><td class="n">${counts.admitted}</td><td class="n">${counts.refused}</td><td class="n">${counts.byMachines}</td><td>${escape([...counts.transports].sort().join(', '))}</td></tr>`).join('')
  return `<h2>Actions in the log</h2><div class="scroll"><table><tr><th>action</th><th class="n">admitted</th><th class="n">refused</th><th class="n">by agents and services</th><th>reached by</th></tr>${rows}</table></div>`
}

function section(control: ControlEvidence): string {
  const list = supported(control).map(([standard, entries]) => `<dt>Supports ${escape(standard)}</dt><dd>${entries.map(({ id, title }) => `${escape(id)} (${escape(title)})`).join('; ')}</dd>`).join('')
  return `<h3 id="${control.control}">${control.control}</h3><p>${escape(control.what)}<br><b>${summary(control)}</b>${control.log ? ` · in the log: passed ${control.log.passed}, refused ${control.log.refused}` : ''}</p><dl>${list}</dl>${details('Holds', control.holds)}${details('Waived', control.waivers, true)}${details('Missing or not to be seen', control.gaps, true)}`
}

/** The evidence as one HTML page that needs nothing else. */
export function reportHtml(evidence: Evidence): string {
  const broken = evidence.log?.verification?.ok === false
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Evidence of controls</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>${style}</style></head><body>
<h1>Evidence of controls</h1>
<p>Made on ${escape(evidence.made)} by sallyport report. ${escape(checkWords(evidence))}</p>
${logWords(evidence.log).map((line, index) => `<p${broken && index === 1 ? ' class="broken"' : ''}>${prose(line)}</p>`).join('')}
<ul>${evidence.notes.map((note) => `<li>${prose(note)}</li>`).join('')}</ul>
<h2>Controls</h2>
<p class="key">${states.map((state) => `<span><i class="${state}"></i>${state}</span>`).join('')}</p>
${overview(evidence)}
<h2>Standards</h2>
${standardsTable(evidence)}
${actionsTable(evidence)}
<h2>Control by control</h2>
${evidence.controls.map(section).join('\n')}
${evidence.accepted.length > 0 ? `<h2>Accepted findings</h2><div class="scroll"><table><tr><th>rule</th><th>where</th><th>reason</th><th>until</th></tr>${evidence.accepted.map((one) => `<tr><td>${one.rule}</td><td><code>${escape(one.where)}</code></td><td>${escape(one.reason)}</td><td>${one.until ?? 'for ever'}</td></tr>`).join('')}</table></div>` : ''}
</body></html>
`
}
