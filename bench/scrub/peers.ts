// What Sallyport's scrubber stands beside: each takes the chunks of a text in order and gives what it lets out.
import { createRequire } from 'node:module'
import { expressions } from './rules.ts'
import type { Rule } from 'sallyport/scrub'

export interface Session {
  push(chunk: string): string
  end(): string
  /** Characters that are held back, where the contender knows. */
  readonly held?: number
}

export interface Contender {
  readonly name: string
  /** Characters of text that it can take in a measured time. */
  readonly budget: { readonly tokens: number; readonly chunks: number }
  start(): Session
}

type Expressions = ReturnType<typeof expressions>
interface Replacer {
  replace(text: string): string
}

function sequential(found: Expressions, make: (source: string, flags: string) => RegExp): Replacer {
  const compiled = found.map(({ source, flags, group }) => ({ expression: make(source, flags), group }))
  return {
    replace(text) {
      let out = text
      for (const { expression, group } of compiled) {
        out = out.replace(expression, (match: string, ...groups: unknown[]) => {
          const secret = group > 0 ? String(groups[group - 1]) : match
          return match.replace(secret, '[REDACTED]')
        })
      }
      return out
    },
  }
}

function alternation(found: Expressions, make: (source: string, flags: string) => RegExp): Replacer {
  // Case-folding rules can't share one expression's flags: their letters are spelled out.
  const parts = found.map(({ source, flags }) => (flags.includes('i') ? foldSource(source) : source))
  const expression = make(parts.map((part) => `(?:${part.replace(/\((?!\?)/g, '(?:')})`).join('|'), 'g')
  return { replace: (text) => text.replace(expression, '[REDACTED]') }
}

function foldSource(source: string): string {
  let inClass = false
  let out = ''
  for (let i = 0; i < source.length; i += 1) {
    const char = source[i]!
    if (char === '\\') {
      out += char + source[(i += 1)]!
      continue
    }
    if (char === '[') inClass = true
    if (char === ']') inClass = false
    if (/[a-z]/i.test(char) && !/[a-z]-|-[a-z]/i.test(source.slice(i - 1, i + 2)) && source[i - 1] !== '?') {
      out += inClass ? char.toLowerCase() + char.toUpperCase() : `[${char.toLowerCase()}${char.toUpperCase()}]`
    } else if (inClass && /[a-z]/.test(char) && source[i + 1] === '-') {
      out += `${char}-${source[i + 2]!}${char.toUpperCase()}-${source[i + 2]!.toUpperCase()}`
      i += 2
    } else out += char
  }
  return out
}

const plain = (replacer: Replacer): Session => ({ push: (chunk) => replacer.replace(chunk), end: () => '' })

/** Holds a tail of fixed length, and looks through it again with each chunk. */
function tailed(replacer: Replacer, size: number): Session {
  let tail = ''
  return {
    push(chunk) {
      const all = replacer.replace(tail + chunk)
      tail = all.slice(-size)
      return all.slice(0, -size)
    },
    end: () => tail,
    get held() {
      return tail.length
    },
  }
}

export async function contenders(rules: readonly Rule[], secrets: Readonly<Record<string, string>>): Promise<Map<string, () => Contender>> {
  const found = expressions(rules, secrets)
  const js = (source: string, flags: string): RegExp => new RegExp(source, flags)
  const peers = new Map<string, () => Contender>()
  peers.set('sequential replace, per chunk', () => {
    const replacer = sequential(found, js)
    return { name: 'sequential replace, per chunk', budget: { tokens: 20_000, chunks: 600_000 }, start: () => plain(replacer) }
  })
  peers.set('sequential replace, 128 tail', () => {
    const replacer = sequential(found, js)
    return { name: 'sequential replace, 128 tail', budget: { tokens: 6_000, chunks: 600_000 }, start: () => tailed(replacer, 128) }
  })
  peers.set('one alternation, per chunk', () => {
    const replacer = alternation(found, js)
    return { name: 'one alternation, per chunk', budget: { tokens: 100_000, chunks: 600_000 }, start: () => plain(replacer) }
  })
  const RE2 = load('re2') as (new (source: string, flags: string) => RegExp) | undefined
  if (RE2) {
    peers.set('re2, combined, per chunk', () => {
      const replacer = alternation(found, (source, flags) => new RE2(source, flags))
      return { name: 're2, combined, per chunk', budget: { tokens: 60_000, chunks: 600_000 }, start: () => plain(replacer) }
    })
  } else console.log('re2 is not installed: its row is missing.')
  return peers
}

/** Mastra's processor takes and gives parts of a stream, asynchronously: it has its own way of running. */
export async function mastra(rules: readonly Rule[], secrets: Readonly<Record<string, string>>): Promise<((chunks: readonly string[]) => Promise<{ out: string; held: number[] }>) | undefined> {
  const found = expressions(rules, secrets)
  let module: MastraModule
  try {
    module = (await import('@mastra/core/processors' as string)) as MastraModule
    if (typeof module.RegexFilterProcessor !== 'function') throw new Error('no processor')
  } catch {
    console.log("Mastra's processor is not installed: its row is missing.")
    return undefined
  }
  const filter = new module.RegexFilterProcessor({
    rules: found.map(({ source, flags }, index) => ({ name: `rule-${index}`, pattern: new RegExp(source, flags), replacement: '[REDACTED]' })),
    strategy: 'redact',
    phase: 'output',
  })
  return async (chunks) => {
    const state = {}
    const held: number[] = []
    let out = ''
    let read = 0
    const send = async (part: object): Promise<void> => {
      const result = await filter.processOutputStream({ part, streamParts: [], state, abort: () => undefined })
      out += result?.payload?.text ?? ''
    }
    for (const text of chunks) {
      await send({ type: 'text-delta', runId: 'bench', from: 'AGENT', payload: { id: '1', text } })
      read += text.length
      held.push(Math.max(0, read - out.length))
    }
    await send({ type: 'text-end', runId: 'bench', from: 'AGENT', payload: { id: '1' } })
    return { out, held }
  }
}

interface MastraModule {
  readonly RegexFilterProcessor: new (options: object) => {
    processOutputStream(args: object): Promise<{ payload?: { text?: string } } | null | undefined>
  }
}

function load(name: string): unknown {
  try {
    return createRequire(import.meta.url)(name)
  } catch {
    return undefined
  }
}
