// Screening beside a naive regex and the npm package vard: true and false positives per set, and time.
// `--search SECONDS` looks longer for texts that cost the most (10 without).
import { existsSync, readFileSync } from 'node:fs'
import { createScreener } from 'sallyport/screening'
import { HOSTILE } from './hostile.ts'
import { searchDearest } from './search.ts'

interface Row { readonly source: string; readonly text: string; readonly label: 0 | 1 }
interface Benign { readonly set: string; readonly language: string; readonly text: string }

const DEVELOPMENT = new URL('../../../shared/data/injection-dev.jsonl', import.meta.url)
const BENIGN = new URL('./benign.jsonl', import.meta.url)
const lines = <T>(url: URL): T[] => readFileSync(url, 'utf8').trim().split('\n').map((line) => JSON.parse(line) as T)

// Which development texts the rules were tuned on: six tenths, by a hash of the text. The rest was not looked at.
function isTuned(text: string): boolean {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    hash = Math.imul(hash ^ (code & 0xff), 0x01000193)
    hash = Math.imul(hash ^ (code >> 8), 0x01000193)
  }
  return (hash >>> 0) % 10 < 6
}

const sets = new Map<string, { readonly attack: boolean; readonly texts: string[] }>()
function put(name: string, attack: boolean, text: string): void {
  const set = sets.get(name)
  if (set === undefined) sets.set(name, { attack, texts: [text] })
  else set.texts.push(text)
}

if (existsSync(DEVELOPMENT)) {
  const rows = lines<Row>(DEVELOPMENT)
  // Many texts of the set are one attack behind different questions: those whose end was seen while tuning are not held out.
  const seen = rows.filter((row) => isTuned(row.text)).map((row) => row.text.slice(-30))
  for (const row of rows) {
    const part = isTuned(row.text) ? 'tuned' : seen.some((end) => row.text.endsWith(end)) ? 'held out, end seen' : 'held out'
    put(`${row.source} ${row.label === 1 ? 'attacks' : 'benign'} (${part})`, row.label === 1, row.text)
  }
} else console.log('The development data is not there: only the benign set is measured.')
for (const row of lines<Benign>(BENIGN)) put(`benign ${row.set}`, false, row.text)

type Detector = (text: string) => boolean
const screener = createScreener()
const detectors = new Map<string, Detector>([
  ['sallyport', (text) => screener.screen(text).flagged],
  ['naive regex', (text) => /ignore (?:all )?(?:the |your )?(?:previous|prior|above)? ?instructions/i.test(text)],
])
try {
  const { default: vard } = await import('@andersmyrmel/vard')
  for (const mode of ['moderate', 'strict'] as const) {
    const check = vard[mode]()
    detectors.set(`vard ${mode}`, (text) => !check.safeParse(text).safe)
  }
} catch {
  console.log('vard is not installed: its columns are missing.')
}

const figures: Record<string, number> = {}
const totals = new Map([...detectors.keys()].map((name) => [name, { tp: 0, attacks: 0, fp: 0, benign: 0, worst: 0 }]))
const names = [...detectors.keys()]
console.log(`\nShare flagged\n${'set'.padEnd(52)}${'texts'.padStart(6)}${names.map((name) => name.padStart(15)).join('')}`)
for (const [set, { attack, texts }] of [...sets].sort(([, a], [, b]) => Number(b.attack) - Number(a.attack))) {
  const cells = names.map((name) => {
    const detect = detectors.get(name) as Detector
    const flagged = texts.filter(detect).length
    const total = totals.get(name)
    if (total !== undefined && attack) {
      total.tp += flagged
      total.attacks += texts.length
    } else if (total !== undefined) {
      total.fp += flagged
      total.benign += texts.length
      total.worst = Math.max(total.worst, flagged / texts.length)
    }
    if (name === 'sallyport') figures[set.replace(/[^a-z]+/g, '_').replace(/_$/, '')] = round(flagged / texts.length)
    return `${((flagged / texts.length) * 100).toFixed(1)} %`.padStart(15)
  })
  console.log(`${set.padEnd(52)}${String(texts.length).padStart(6)}${cells.join('')}`)
}
for (const [name, total] of totals) {
  console.log(`${name}: ${total.tp} of ${total.attacks} attacks, ${total.fp} of ${total.benign} benign texts, worst benign set ${(total.worst * 100).toFixed(2)} %`)
}

function round(value: number): number {
  return Math.round(value * 10_000) / 10_000
}

/** Microseconds a call, the best of several batches: the machine is shared. */
function time(run: () => void, calls: number): number {
  for (let i = 0; i < calls; i++) run()
  let best = Number.POSITIVE_INFINITY
  for (let batch = 0; batch < 15; batch++) {
    const start = process.hrtime.bigint()
    for (let i = 0; i < calls; i++) run()
    best = Math.min(best, Number(process.hrtime.bigint() - start) / 1000 / calls)
  }
  return best
}

const english = lines<Benign>(BENIGN).filter((row) => row.set === 'chat' && row.language === 'en').map((row) => row.text).join(' ').slice(0, 2000)
const mixed = lines<Benign>(BENIGN).filter((row) => row.set === 'chat' && row.language !== 'en').map((row) => row.text)
const european = mixed.filter((text) => /^[\u0000-\u024f\u2000-\u206f]*$/.test(text)).join(' ').slice(0, 2000)
const asian = mixed.filter((text) => /[\u3040-\u9fff]/.test(text)).join('').padEnd(2000, '这是一个普通的句子').slice(0, 2000)
const texts: readonly (readonly [string, string, number])[] = [
  ['e-mail address', 'jane.doe@example.com', 20_000],
  ['UUID', '550e8400-e29b-41d4-a716-446655440000', 20_000],
  ['name', 'Jane Doe', 20_000],
  ['2,000 English', english, 500],
  ['2,000 European', european, 500],
  ['2,000 Chinese and Japanese', asian, 500],
]
let checksum = 0
const loop = time(() => { for (let i = 0; i < 2000; i++) checksum += english.charCodeAt(i) }, 2000)
console.log(`\nTime, µs a text (a bare charCodeAt loop over 2,000 characters: ${loop.toFixed(2)}${checksum < 0 ? '!' : ''})`)
const us: Record<string, number> = {}
for (const [name, text, calls] of texts) {
  us[name] = time(() => screener.screen(text), calls)
  console.log(`${name.padEnd(30)}${(us[name] ?? 0).toFixed(3).padStart(10)}`)
}

console.log('\nTexts of 2,000 characters that are written to cost time:')
let worst: readonly [name: string, us: number] = ['', 0]
for (const [name, text] of HOSTILE) {
  const cost = time(() => screener.screen(text), 100)
  if (cost > worst[1]) worst = [name, cost]
  console.log(`${name.padEnd(44)}${cost.toFixed(1).padStart(8)}`)
}
console.log(`The worst: ${worst[0]}, ${worst[1].toFixed(1)} µs`)

const option = process.argv.indexOf('--search')
const seconds = option < 0 ? 10 : Number(process.argv[option + 1])
const found = searchDearest((text) => screener.screen(text), seconds, 1)
console.log(`The worst of ${found.tried.toLocaleString('en')} mixtures that a search of ${seconds} s tried: ${found.us.toFixed(1)} µs, ${JSON.stringify(found.unit)}`)

const own = totals.get('sallyport')
const vard = totals.get('vard moderate')
const result = {
  bench: 'screening',
  figures: {
    ...figures, true_positives: own?.tp, attacks: own?.attacks, false_positives: own?.fp, benign: own?.benign, worst_benign_set: round(own?.worst ?? 0),
    vard_moderate_true_positives: vard?.tp, vard_moderate_false_positives: vard?.fp,
    us_2000: round(us['2,000 English'] ?? 0), us_2000_european: round(us['2,000 European'] ?? 0), us_2000_asian: round(us['2,000 Chinese and Japanese'] ?? 0), us_2000_hostile_worst: round(worst[1]), us_2000_search_worst: round(found.us), us_short: round(us['e-mail address'] ?? 0),
  },
  ratios: {
    tp_vs_vard_moderate: vard === undefined || own === undefined ? null : round(own.tp / vard.tp),
    us_2000_vs_charcode_loop: round((us['2,000 English'] ?? 0) / loop),
  },
}
console.log(JSON.stringify(result))
