// One contender in a process of its own: `contender.ts NAME` prints what it measured as its last line. `contender.ts memory NAME`
// takes one text through it and prints how much memory the process had at its most.
import { createScrubber, emailRules, phoneRules, piiRules, providerRules } from 'sallyport/scrub'
import { encodedForms } from '../../packages/sallyport/src/scrub/known/encodings.ts'
import { charCodeLoop, countLeaks, type Held, measureSpeed, type Speed, summarise } from './measure.ts'
import { heldByDefinition } from './oracle.ts'
import { contenders, mastra } from './peers.ts'
import type { Contender, Session } from './replacers.ts'
import { RULES, SECRETS } from './rules.ts'
import { chunking, cut, document, prose, random } from './text.ts'

export interface Report {
  readonly name: string
  readonly tokens?: Speed
  readonly small?: Speed
  readonly chunks?: Speed
  readonly held?: Held
  readonly heldOracle?: number
  readonly firstToken?: number
  readonly leaks: number
  readonly changed: number
  readonly runs: number
  readonly coldMs?: number
  /** What each pack holds back by itself. */
  readonly packs?: readonly { readonly name: string; readonly rules: number; readonly held: Held }[]
  readonly fullPack?: { readonly rules: number; readonly tokens: Speed; readonly chunks: Speed }
}

export interface Memory {
  readonly peakBytes: number
}

const name = process.argv[2] ?? ''
const known = Object.values(SECRETS)
const report = name === 'sallyport' ? sallyport() : name === 'cold' ? cold() : name === 'memory' ? await memory(process.argv[3] ?? '') : name === 'mastra' ? await measureMastra() : await measurePeer(name)
console.log(JSON.stringify(report))

function cold(): { coldMs: number } {
  const start = performance.now()
  createScrubber({ rules: RULES, secrets: SECRETS }).scrub('A first text, of ordinary words and with a key ghp_0123456789abcdefghijABCDEFGHIJ012345 in it.')
  return { coldMs: performance.now() - start }
}

/** The same text for all, as tokens and as chunks. `baseline` makes it and reads each character. */
async function memory(contender: string): Promise<Memory | undefined> {
  const chunks = [...cut(prose(20_000, random(7)), 4), ...cut(prose(200_000, random(8)), 4096)]
  charCodeLoop(chunks)
  if (contender === 'sallyport') runner(() => createScrubber({ rules: RULES, secrets: SECRETS }).stream())(chunks)
  else if (contender === 'mastra') {
    const run = await mastra(RULES, SECRETS)
    if (!run) return undefined
    // Its work per token is far more than any other's: a tenth of the text is enough to see what it takes.
    await run([...cut(prose(2_000, random(7)), 4), ...cut(prose(20_000, random(8)), 4096)])
  } else if (contender !== 'baseline') {
    const make = (await contenders(RULES, SECRETS)).get(contender)
    if (!make) return undefined
    runner(make().start)(chunks)
  }
  return { peakBytes: process.resourceUsage().maxRSS * 1024 }
}

function sallyport(): Report {
  const scrubber = createScrubber({ rules: RULES, secrets: SECRETS })
  const self: Contender = { name, budget: { tokens: 400_000, chunks: 2_000_000 }, start: () => scrubber.stream() }
  const speeds = measureSpeeds(self)
  const documents = Array.from({ length: 1000 }, (_, i) => document(random(1000 + i), known, 3))
  const run = runner(() => createSession(scrubber.stream()))
  const leaks = countLeaks(run, documents, 50, random(50))
  const pack = createScrubber({ rules: providerRules, secrets: SECRETS })
  const full: Contender = { name, budget: self.budget, start: () => pack.stream() }
  return {
    name,
    ...speeds,
    ...heldOf(() => pack.stream()),
    heldOracle: oracle(),
    packs: packs(),
    ...leaks,
    fullPack: { rules: providerRules.length, tokens: measureSpeed(full, cut(prose(400_000, random(1)), 4), 9), chunks: measureSpeed(full, cut(prose(2_000_000, random(2)), 65_536), 9) },
  }
}

async function measurePeer(peer: string): Promise<Report | undefined> {
  const make = (await contenders(RULES, SECRETS)).get(peer)
  if (!make) return undefined
  const start = performance.now()
  const contender = make()
  contender.start().push('A first text, of ordinary words and with a key ghp_0123456789abcdefghijABCDEFGHIJ012345 in it.')
  const coldMs = performance.now() - start
  const documents = Array.from({ length: 40 }, (_, i) => document(random(1000 + i), known, 3))
  const leaks = countLeaks(runner(contender.start), documents, 5, random(50))
  return { name: peer, ...measureSpeeds(contender), ...heldOf(contender.start, 800), ...leaks, coldMs }
}

async function measureMastra(): Promise<Report | undefined> {
  const start = performance.now()
  const run = await mastra(RULES, SECRETS)
  if (!run) return undefined
  const text = prose(2_000, random(4))
  const coldMs = performance.now() - start
  const timed = performance.now()
  const { held } = await run(cut(text, 4))
  const elapsed = performance.now() - timed
  let leaks = 0
  let changed = 0
  let runs = 0
  for (let i = 0; i < 20; i += 1) {
    const planted = document(random(1000 + i), known, 3)
    const { out } = await run(chunking(planted.text, random(i)))
    const counted = countLeaks(() => out, [planted], 1, random(i))
    leaks += counted.leaks
    changed += counted.changed
    runs += 1
  }
  const chunks = text.length / 4
  return {
    name: "Mastra's RegexFilterProcessor",
    tokens: { mbs: text.length / elapsed / 1000, yardstickMbs: 0, ratio: 0, usPerChunk: (elapsed * 1000) / chunks },
    held: summarise(held),
    firstToken: held.findIndex((value, index) => value < 4 * (index + 1)),
    leaks,
    changed,
    runs,
    coldMs,
  }
}

function measureSpeeds(contender: Contender): { tokens: Speed; small: Speed; chunks: Speed } {
  return {
    tokens: measureSpeed(contender, cut(prose(contender.budget.tokens, random(1)), 4), contender.name === 'sallyport' ? 15 : 3),
    chunks: measureSpeed(contender, cut(prose(contender.budget.chunks, random(2)), 65_536), contender.name === 'sallyport' ? 15 : 3),
    small: measureSpeed(contender, cut(prose(Math.min(contender.budget.chunks, 1_000_000), random(3)), 4096), contender.name === 'sallyport' ? 9 : 3),
  }
}

/** Characters held after each token of ordinary text. */
function heldOf(start: () => Session, tokens = 50_000): { held?: Held; firstToken: number } {
  const chunks = cut(prose(tokens * 4, random(5)), 4)
  const session = start()
  const held: number[] = []
  let firstToken = -1
  let out = ''
  chunks.forEach((chunk, index) => {
    out += session.push(chunk)
    if (firstToken < 0 && out !== '') firstToken = index
    held.push(session.held ?? 0)
  })
  return { ...(session.held === undefined ? {} : { held: summarise(held) }), firstToken }
}

function packs(): Report['packs'] {
  return Object.entries({ providerRules, piiRules, emailRules, phoneRules }).map(([pack, rules]) => {
    const { held } = heldOf(() => createScrubber({ rules }).stream())
    return { name: pack, rules: rules.length, held: held ?? summarise([]) }
  })
}

/** Held by the engine over held by definition, on the same tokens. */
function oracle(): number {
  const next = random(6)
  const text = Array.from({ length: 4 }, () => `${prose(300, next)} ${document(next, known, 1).text}`).join('')
  const stream = createScrubber({ rules: providerRules, secrets: SECRETS }).stream()
  const definition = heldByDefinition(providerRules, known.flatMap((value) => [...encodedForms(value)]))
  let own = 0
  let least = 0
  let read = ''
  for (const chunk of cut(text, 4)) {
    read += chunk
    stream.push(chunk)
    own += stream.held
    least += definition(read)
  }
  return own / least
}

function runner(start: () => Session): (chunks: readonly string[]) => string {
  return (chunks) => {
    const session = start()
    let out = ''
    for (const chunk of chunks) out += session.push(chunk)
    return out + session.end()
  }
}

function createSession(stream: Session): Session {
  return stream
}
