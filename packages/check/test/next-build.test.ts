import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { check } from '../src/check.ts'
import type { CheckResult } from '../src/types.ts'

const root = join(dirname(fileURLToPath(import.meta.url)), 'fixtures-next')

interface Entry {
  readonly filename?: string
  readonly exportedName?: string
}

// A build takes a minute: `SALLYPORT_NEXT_BUILD=1` asks for it.
describe.skipIf(process.env.SALLYPORT_NEXT_BUILD === undefined).each(['turbopack', 'webpack'])('a Next build with %s', (bundler) => {
  let result: CheckResult
  let registered: Entry[]
  beforeAll(() => {
    const build = spawnSync('npx', ['next', 'build', `--${bundler}`], { cwd: root, encoding: 'utf8', env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1' } })
    expect(build.status, build.stdout + build.stderr).toBe(0)
    const manifest = JSON.parse(readFileSync(join(root, '.next/server/server-reference-manifest.json'), 'utf8')) as { node: { [id: string]: Entry } }
    registered = Object.values(manifest.node)
    result = check({ root })
  }, 300_000)

  it('registers exactly the actions that the inventory calls exposed', () => {
    const exposed = result.entries.filter(({ exposure }) => exposure.tier !== 'latent')
    const own = new Map<string, number>()
    const named = exposed.map(({ kind, file, name }) => {
      if (kind === 'action') return `${file}#${name}`
      const index = own.get(file) ?? 0
      own.set(file, index + 1)
      return `${file}#$$RSC_SERVER_ACTION_${index}`
    })
    expect(named.sort()).toEqual(registered.map(({ filename, exportedName }) => `${filename?.replace(/^.*fixtures-next\//, '')}#${exportedName}`).sort())
  })

  it('leaves latent what nobody imports, and ships what a client imports', () => {
    const tiers = Object.fromEntries(result.entries.map(({ id, exposure }) => [id, exposure.tier]))
    expect(tiers['lib/nobody.js#nobodyImportsIt']).toBe('latent')
    expect(tiers['lib/actions.js#imported']).toBe('shipped')
    expect(result.statistics.exposure).toBe('manifest')
  })
})
