import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, expect, inject, test } from 'vitest'
import { buildDemo, DEMO, REPOSITORY } from '../run/build-demo.ts'
import { keysOf } from '../run/environment.ts'
import { plantedSecret } from './shop.ts'

const directory = mkdtempSync(join(REPOSITORY, 'apps', '.broken-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

function write(path: string, text: string): void {
  mkdirSync(dirname(join(directory, path)), { recursive: true })
  writeFileSync(join(directory, path), text)
}

test('a client component that imports a server entry does not build, and the message says why', async () => {
  write('package.json', '{"type":"module"}')
  write('next.config.mjs', `export default { turbopack: { root: ${JSON.stringify(REPOSITORY)} }, typescript: { ignoreBuildErrors: true } }`)
  write('app/layout.jsx', 'export default function Layout({ children }) { return <html><body>{children}</body></html> }')
  write('app/page.jsx', "import { Button } from './button'\nexport default function Page() { return <Button /> }")
  write('app/button.jsx', "'use client'\nimport { createPort } from 'sallyport'\nexport function Button() { return <button onClick={() => createPort({})}>Open</button> }")
  const error = await buildDemo(directory).then(() => null, (reason: unknown) => String(reason))
  expect(error).not.toBeNull()
  expect(error).toMatch(/sallyport.*server/i)
  expect(error).toContain('button.jsx')
})

test('what is shipped to the browser holds no secret and nothing of the server', async () => {
  const chunks = readdirSync(join(DEMO, '.next/static'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.js'))
    .map((name) => readFileSync(join(DEMO, '.next/static', name), 'utf8'))
    .join('\n')
  expect(chunks.length).toBeGreaterThan(10_000)
  const inside = [await plantedSecret('PAYMENT_API_KEY'), 'node:sqlite', 'fraud_score', 'secret:rotate', 'DEMO_VAULT_KEY', 'An action was called outside a request']
  expect(inside.filter((text) => chunks.includes(text))).toEqual([])
})

test('`sallyport scan --bundle` finds no value of the server in it, in any encoding, and would find one', async () => {
  const { authSecret, vaultKey, fingerprintKey, modelKey } = keysOf(inject('dataDirectory'))
  const values = { PAYMENT_API_KEY: await plantedSecret('PAYMENT_API_KEY'), WAREHOUSE_WEBHOOK_KEY: await plantedSecret('WAREHOUSE_WEBHOOK_KEY'), AUTH_SECRET: authSecret, VAULT_KEY: vaultKey, FINGERPRINT_KEY: fingerprintKey, MODEL_KEY: modelKey }
  const scan = (env: Record<string, string>) =>
    spawnSync(process.execPath, [join(REPOSITORY, 'packages/cli/dist/bin.js'), 'scan', '--bundle', '--root', DEMO], { env: { NODE_ENV: 'production', PATH: process.env['PATH'], ...env }, encoding: 'utf8' })
  const clean = scan(values)
  expect(clean.stderr).toMatch(/^Nothing found in \d{2,} files\.$/m)
  expect(clean.status).toBe(0)

  // Something that is in there, declared to be a secret.
  const inside = readdirSync(join(DEMO, '.next/static/chunks')).filter((name) => name.endsWith('.js')).map((name) => /[A-Z][A-Za-z0-9]{15,30}/.exec(readFileSync(join(DEMO, '.next/static/chunks', name), 'utf8'))?.[0]).find((text) => text !== undefined)
  const control = scan({ ...values, CONTROL_SECRET: inside ?? '' })
  expect(control.status).toBe(1)
  expect(control.stdout).toContain('the value of CONTROL_SECRET')
})
