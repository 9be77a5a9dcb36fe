import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { describe, expect, test } from 'vitest'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

describe('a client bundle that imports a server entry', () => {
  test('does not build, and the message says why', async () => {
    const entry = here('./refused.ts')
    const building = build({ root: here('.'), configFile: false, logLevel: 'silent', build: { write: false, rollupOptions: { input: entry } } })
    await expect(building).rejects.toThrow(/sallyport-runs-on-the-server-only--expose-the-action/)
  })

  interface Manifest {
    readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>
  }
  const manifest = JSON.parse(readFileSync(here('../../package.json'), 'utf8')) as Manifest
  const entries = Object.entries(manifest.exports).filter((entry): entry is [string, Readonly<Record<string, string>>] => typeof entry[1] === 'object')

  // The one entry that is for browsers.
  const forBrowsers = new Set(['./react'])

  test.each(entries.filter(([name]) => !forBrowsers.has(name)))('%s is refused to browsers, and to them alone', (_, conditions) => {
    expect(conditions.browser).toBe('./dist/browser/refused.js')
    const order = Object.keys(conditions)
    // Edge runtimes set `browser` too: their own conditions have to come first.
    for (const runtime of ['workerd', 'edge-light', 'worker']) expect(order.indexOf(runtime)).toBeLessThan(order.indexOf('browser'))
    expect(conditions.default).not.toContain('refused')
  })

  test('sallyport/react is not', () => {
    expect(entries.find(([name]) => name === './react')?.[1]).not.toHaveProperty('browser')
  })
})
