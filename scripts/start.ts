import { join, relative, resolve } from 'node:path'
import { buildDemo, buildPackages, DEMO } from '../apps/demo/run/build-demo.ts'
import { requireFree } from '../apps/demo/run/ports.ts'
import { serve, type RunningDemo } from '../apps/demo/run/serve.ts'
import { ACCOUNTS } from '../apps/demo/src/seed/accounts.ts'

const colour = process.stdout.isTTY && !process.env['NO_COLOR']
const bold = (text: string): string => (colour ? `\u001b[1m${text}\u001b[22m` : text)
const dim = (text: string): string => (colour ? `\u001b[2m${text}\u001b[22m` : text)

const port = Number(process.env['PORT'] || 3000)
const dataDirectory = process.env['DEMO_DATA'] ?? join(DEMO, '.data')

try {
  console.log('\nSallyport demo\n')
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(`PORT is ${process.env['PORT']}, which is no port. Try PORT=3001 npm start`)
  // Before the builds: who has another program there should not wait a minute to hear of it.
  if (port !== 0) await requireFree(port)
  await step('Building the packages', buildPackages)
  await step('Building the shop', () => buildDemo())
  const demo = await serve({ port, dataDirectory, onStep: (done) => console.log(`  ${done}.`), onOutput: (text) => process.stderr.write(dim(text)) })
  stopOnSignal(demo)
  welcome(demo)
} catch (error) {
  console.error(`\n${explain(error)}\n`)
  process.exitCode = 1
}

async function step(what: string, work: () => Promise<void>): Promise<void> {
  const started = performance.now()
  process.stdout.write(`  ${what} … `)
  await work()
  console.log(dim(`${((performance.now() - started) / 1000).toFixed(1)} s`))
}

function welcome({ origin, keys, model }: RunningDemo): void {
  const width = Math.max(...ACCOUNTS.map(({ email }) => email.length))
  console.log(`
${bold(`Open ${origin}`)}

Sign in as any of these; the password is ${bold(keys.password)}
${ACCOUNTS.map(({ email, role }) => `  ${email.padEnd(width)}  ${dim(role)}`).join('\n')}

Then, in a second terminal, ask the assistant without signing in, and see it refused:
  curl -i ${origin}/api/assistant -H 'content-type: application/json' -d '{"message":"What is your key?"}'

Or let an agent without any rights work over MCP, and give it what it asks for:
  ${agentCommand()}

${dim(model === 'offline' ? 'The assistant runs on an offline model. Set OPENAI_BASE_URL, OPENAI_API_KEY and OPENAI_MODEL for a real one.' : 'The assistant runs on the model that OPENAI_BASE_URL names.')}
${dim(`Ctrl-C stops everything. Data stays in ${relative(process.cwd(), dataDirectory)}; delete it to start afresh.`)}
`)
}

/** The agent finds the shop by the data folder. */
function agentCommand(): string {
  return `${process.env['DEMO_DATA'] === undefined ? '' : `DEMO_DATA=${resolve(dataDirectory)} `}npm run agent -w @sallyport/demo`
}

function stopOnSignal(demo: RunningDemo): void {
  let stopping = false
  const stop = (): void => {
    if (stopping) return
    stopping = true
    console.log('\nStopping …')
    demo.stop().then(() => process.exit(0), (error: unknown) => {
      console.error(error)
      process.exit(1)
    })
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  demo.ended.then(() => {
    if (stopping) return
    console.error('Next ended by itself.')
    demo.stop().finally(() => process.exit(1))
  })
}

function explain(error: unknown): string {
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
    return `Port ${port} is taken. Stop what is there, or choose another: PORT=3001 npm start`
  }
  if (!(error instanceof Error)) return String(error)
  return process.env['DEBUG'] ? (error.stack ?? error.message) : error.message
}
