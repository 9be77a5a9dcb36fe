// re2 in a process of its own, under the Node that it was built for: a compiled addon loads in one major version only. Reads
// what to look for from standard input, and prints what it measured. Where no types are stripped, `re2.ts` has stripped them.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { countLeaks, measureSpeed } from './measure.ts'
import { alternation, type Contender, type Expressions, plain } from './replacers.ts'
import { cut, document, prose, random } from './text.ts'

/** What the process is given. */
export interface Re2Input {
  readonly expressions: Expressions
  readonly known: readonly string[]
  /** Address of a module beside which re2 is installed. */
  readonly from: string
  /** Only take the text of the memory column through it (`full`), or only make that (`none`). */
  readonly memory?: 'full' | 'none'
}

const input = JSON.parse(readFileSync(0, 'utf8')) as Re2Input
const RE2 = createRequire(input.from)('re2') as new (source: string, flags: string) => RegExp

// re2 refuses nested counts whose product is above 1,000: those rules are left out, and counted.
const accepted = input.expressions.filter(({ source, flags }) => {
  try {
    return new RE2(source, flags) !== undefined
  } catch {
    return false
  }
})

function start(): Contender {
  const replacer = alternation(accepted, (source, flags) => new RE2(source, flags))
  return { name: 're2', budget: { tokens: 60_000, chunks: 600_000 }, start: () => plain(replacer) }
}

function measure(): object {
  const begun = performance.now()
  const contender = start()
  contender.start().push('A first text, of ordinary words and with a key ghp_0123456789abcdefghijABCDEFGHIJ012345 in it.')
  const coldMs = performance.now() - begun
  const documents = Array.from({ length: 40 }, (_, i) => document(random(1000 + i), input.known, 3))
  const leaks = countLeaks((chunks) => chunks.map((chunk) => contender.start().push(chunk)).join(''), documents, 5, random(50))
  const { tokens, chunks } = contender.budget
  return {
    name: `re2, combined, Node ${process.versions.node.split('.')[0]}${accepted.length < input.expressions.length ? `, less ${input.expressions.length - accepted.length}` : ''}`,
    tokens: measureSpeed(contender, cut(prose(tokens, random(1)), 4), 3),
    chunks: measureSpeed(contender, cut(prose(chunks, random(2)), 65_536), 3),
    small: measureSpeed(contender, cut(prose(chunks, random(3)), 4096), 3),
    firstToken: 0,
    ...leaks,
    coldMs,
  }
}

function peak(): object {
  const chunks = [...cut(prose(20_000, random(7)), 4), ...cut(prose(200_000, random(8)), 4096)]
  if (input.memory === 'full') {
    const session = start().start()
    for (const chunk of chunks) session.push(chunk)
  }
  return { peakBytes: process.resourceUsage().maxRSS * 1024 }
}

console.log(JSON.stringify(input.memory === undefined ? measure() : peak()))
