// Redaction by the regular expressions of the platform, or of whoever has the same interface. Imports nothing that runs: re2's
// process uses it under another Node.
import type { expressions } from './rules.ts'

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

export type Expressions = ReturnType<typeof expressions>
export interface Replacer {
  replace(text: string): string
}

export function sequential(found: Expressions, make: (source: string, flags: string) => RegExp): Replacer {
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

export function alternation(found: Expressions, make: (source: string, flags: string) => RegExp): Replacer {
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

export const plain = (replacer: Replacer): Session => ({ push: (chunk) => replacer.replace(chunk), end: () => '' })

/** Holds a tail of fixed length, and looks through it again with each chunk. */
export function tailed(replacer: Replacer, size: number): Session {
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
