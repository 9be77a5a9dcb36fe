import { describe, expect, it } from 'vitest'
import { check } from '../src/check.ts'
import { CheckCache } from '../src/cache/cache.ts'
import { memoryTree } from '../src/files/memory.ts'
import { readCases } from './cases.ts'

type Files = { readonly [path: string]: string }

/** Every fixture in one code base. */
const together: Files = Object.fromEntries(readCases().flatMap(({ files }, index) => Object.entries(files).map(([path, text]) => [`case${index}/${path}`, text])))

function told(files: Files, cache?: CheckCache): { readonly answer: string; readonly parsed: number } {
  const { entries, findings, suppressed, problems, statistics } = check({ root: '/app', tree: memoryTree(files), today: '2026-11-22', ...(cache ? { cache } : {}) })
  return { answer: JSON.stringify({ entries, findings, suppressed, problems }), parsed: statistics.parsed }
}

describe('every fixture, from a cache', () => {
  const cache = new CheckCache()
  const first = told(together, cache)

  it('comes to what it came to', () => {
    const again = told(together, new CheckCache(cache.toText()))
    expect(again.answer).toBe(first.answer)
    expect(again.parsed).toBeLessThan(first.parsed / 10)
  })

  it.each(['auth', 'lib', 'actions', 'route'])('comes to what it comes to without one, where the files of %s changed', (part) => {
    const after = Object.fromEntries(Object.entries(together).map(([path, text]) => [path, path.includes(part) && /\.tsx?$/.test(path) ? `${text}\n// at the end` : text]))
    const changed = Object.keys(after).filter((path) => after[path] !== together[path])
    expect(changed.length).toBeGreaterThan(3)
    expect(told(after, new CheckCache(cache.toText())).answer).toBe(told(after).answer)
    // A line above moves every place of a file.
    const moved = Object.fromEntries(Object.entries(after).map(([path, text]) => [path, changed.includes(path) ? text.replace(/^(?!['"]use)/, '\n') : text]))
    expect(told(moved, new CheckCache(cache.toText())).answer).toBe(told(moved).answer)
  })
})
