import { execFileSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const RENDERER = 'next/dist/compiled/react-server-dom-webpack/server.node'
const SECRET = fileURLToPath(new URL('./secret.ts', import.meta.url))

function rendererPath(): string | undefined {
  try {
    return createRequire(import.meta.url).resolve(RENDERER)
  } catch {
    return undefined
  }
}

const renderer = rendererPath()

it.skipIf(renderer === undefined).each(['development', 'production'])('does not leave in the payload of a server component (%s; skipped where Next is not installed)', (mode) => {
  // React's server renderer runs under a condition of its own, so in a process of its own.
  const script = `
    import { createRequire } from 'node:module'
    import { Writable } from 'node:stream'
    const { renderToPipeableStream } = createRequire(import.meta.url)(${JSON.stringify(renderer)})
    const { Secret } = await import(${JSON.stringify(SECRET)})
    const secret = new Secret('API_KEY', { take: () => 'kS9x-Qw7-pZ4v-Lm2', version: () => '1' }, ${mode === 'development'})
    const tree = { props: { secret, list: [secret], spread: { ...secret }, map: new Map([['k', secret]]), promise: Promise.resolve(secret), error: new Error('x', { cause: secret }) } }
    const say = (text) => process.stdout.write(String(text))
    renderToPipeableStream(tree, {}, { onError: (error) => { say(error?.stack) } }).pipe(new Writable({ write(chunk, _, done) { say(chunk); done() } }))
  `
  const out = execFileSync(process.execPath, ['--conditions=react-server', '--no-warnings', '--input-type=module', '-e', script], {
    encoding: 'utf8', env: { PATH: process.env['PATH'], NODE_OPTIONS: process.env['NODE_OPTIONS'], NODE_ENV: mode as 'production' }, stdio: ['ignore', 'pipe', 'pipe'],
  })
  expect(out).toContain('secret')
  expect(out).not.toContain('kS9x-Qw7-pZ4v-Lm2')
  expect(out).not.toContain(btoa('kS9x-Qw7-pZ4v-Lm2').slice(0, 12))
})
