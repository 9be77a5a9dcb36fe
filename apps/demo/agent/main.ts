import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { connect, readAccess, Trouble, type Shop } from './connection.ts'
import { HELP, readOptions, type Options } from './options.ts'
import { NeedsPerson } from './patience.ts'
import { createVoice } from './say.ts'
import { changePrice, readOrders } from './work.ts'

const demo = dirname(dirname(fileURLToPath(import.meta.url)))

/** Runs the agent and returns its exit code. */
async function run(options: Options): Promise<number> {
  const voice = createVoice(options)
  const stop = new AbortController()
  process.once('SIGINT', () => stop.abort())
  process.once('SIGTERM', () => stop.abort())
  let shop: Shop | null = null
  try {
    shop = await connect(readAccess(join(process.env['DEMO_DATA'] ?? join(demo, '.data'), 'agent.json')), stop.signal)
    const tools = await shop.tools()
    voice.say('connected', `Connected to ${shop.url} as an agent with no rights. Tools that it could be granted:`, { url: shop.url, tools: tools.map(({ name }) => name) },
      tools.map(({ name, description, readOnly }) => `${name.padEnd(14)} ${readOnly ? 'reads ' : 'writes'}  ${description ?? ''}`))
    if (options.grant !== undefined) shop.actUnder(options.grant)
    const desk = { shop, voice, signal: stop.signal, ...options }
    await readOrders(desk)
    await changePrice(desk, options)
    return 0
  } catch (error) {
    if (stop.signal.aborted) {
      voice.say('interrupted', 'Stopped. What was asked for stays asked for, until it expires.')
      return 130
    }
    const needsPerson = error instanceof NeedsPerson
    if (!needsPerson && !(error instanceof Trouble)) throw error
    voice.say(needsPerson ? 'needs-person' : 'failed', error.message, { message: error.message })
    return needsPerson ? 2 : 1
  } finally {
    await shop?.close().catch(() => {})
  }
}

try {
  const options = readOptions(process.argv.slice(2))
  if (options.help) console.log(HELP)
  else process.exitCode = await run(options)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
