import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { Server } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { createFront } from '../front/front.ts'
import { createModelServer, type ModelServerOptions } from '../model/server.ts'
import { seed } from '../src/seed/seed.ts'
import { DEMO, nextCommand } from './build-demo.ts'
import { keysOf, type Keys } from './environment.ts'
import { freePort, listen } from './ports.ts'

/** How a demo is served. */
export interface ServeOptions {
  /** Port of the front. 0 takes any that is free. */
  readonly port: number
  readonly dataDirectory: string
  /** Pace of the offline model. */
  readonly paceMs?: ModelServerOptions['paceMs']
  /** Called as each part is up. */
  readonly onStep?: (step: string) => void
  /** Takes what Next prints. */
  readonly onOutput?: (text: string) => void
}

/** A demo that is up. */
export interface RunningDemo {
  readonly origin: string
  readonly keys: Keys
  readonly model: 'offline' | 'real'
  /** Resolves when Next ends, wanted or not. */
  readonly ended: Promise<void>
  stop(): Promise<void>
}

/** Starts the model, seeds the shop, starts Next on the loopback address and the front before it. */
export async function serve(options: ServeOptions): Promise<RunningDemo> {
  const { onStep = () => {} } = options
  const closers: (() => Promise<void>)[] = []
  const stop = async (): Promise<void> => {
    for (const close of closers.splice(0).reverse()) await close()
  }
  try {
    const applicationPort = await freePort()
    const front = createFront({ applicationPort })
    // First of all: when the port is taken, nothing else has to be taken down.
    const port = await listen(front, options.port)
    closers.push(() => close(front))
    const origin = `http://localhost:${port}`

    const keys = keysOf(options.dataDirectory)
    const real = Boolean(process.env['OPENAI_BASE_URL'] && process.env['OPENAI_API_KEY'])
    const model = real ? {} : await startModel(keys, options, closers)
    onStep(real ? `The model at ${process.env['OPENAI_BASE_URL']} answers in the chat` : 'The offline model listens')

    const fresh = await seed({ directory: options.dataDirectory, origin, ...keys, now: Date.now() })
    onStep(fresh ? 'The shop is stocked and the accounts are made' : 'The shop is as you left it')

    const { child, ready } = startNext(applicationPort, { ...model, DEMO_DATA: options.dataDirectory, DEMO_ORIGIN: origin, DEMO_AUTH_SECRET: keys.authSecret, DEMO_VAULT_KEY: keys.vaultKey, DEMO_FINGERPRINT_KEY: keys.fingerprintKey }, options)
    closers.push(() => end(child))
    await ready()
    onStep('Next is up, and the front stands before it')
    return { origin, keys, model: real ? 'real' : 'offline', ended: once(child, 'exit').then(() => {}), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function startModel(keys: Keys, { paceMs }: ServeOptions, closers: (() => Promise<void>)[]): Promise<Record<string, string>> {
  const server = createModelServer({ key: keys.modelKey, ...(paceMs === undefined ? {} : { paceMs }) })
  const port = await listen(server, 0)
  closers.push(() => close(server))
  return { OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1`, OPENAI_API_KEY: keys.modelKey }
}

function startNext(port: number, environment: Record<string, string>, { onOutput }: ServeOptions): { child: ChildProcess; ready: () => Promise<void> } {
  const child = spawn(process.execPath, nextCommand('start', '--hostname', '127.0.0.1', '--port', String(port)), {
    cwd: DEMO,
    env: { ...process.env, ...environment, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  // Next greets with its own address, which is not the one to open: its greeting is only shown when it does not come up.
  let greeting: string | null = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (part: Buffer) => {
      if (greeting === null) onOutput?.(part.toString())
      else greeting += part.toString()
    })
  }
  const ready = async (): Promise<void> => {
    try {
      await answering(port, child)
    } catch (error) {
      throw new Error(`${error instanceof Error ? error.message : String(error)}\n${greeting ?? ''}`, { cause: error })
    }
    greeting = null
  }
  return { child, ready }
}

async function answering(port: number, child: ChildProcess): Promise<void> {
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await pause(100)) {
    if (child.exitCode !== null) throw new Error(`Next ended with code ${child.exitCode} before it answered`)
    const up = await fetch(`http://127.0.0.1:${port}/sign-in`, { redirect: 'manual' }).then(({ ok }) => ok, () => false)
    if (up) return
  }
  throw new Error('Next did not answer within a minute')
}

async function close(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve))
  server.closeAllConnections()
  await closed
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), 5_000)
  await exited
  clearTimeout(timer)
}
