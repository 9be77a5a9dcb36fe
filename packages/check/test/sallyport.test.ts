import { describe, expect, it } from 'vitest'
import { checkFiles } from './score.ts'

const files = {
  'lib/port.ts': 'import { createPort } from \'sallyport\'\nexport const port = createPort({ name: \'shop\' })',
  'lib/actions.ts': `import { approvalActions } from 'sallyport'
import { port } from './port'
export const { approve } = approvalActions(port, { permission: 'price:approve' })
export const reply = port.define('reply').inputSchema({}).authorize('assistant:use').tokens().outputStream({}).action(async () => {})
export const hello = port.define('hello').noInput().public('everybody is greeted').outputSchema({}).action(async () => ({}))`,
  'app/actions.ts': '\'use server\'\nimport * as made from \'../lib/actions\'\nexport const approve = made.approve\nexport const hello = made.hello',
  'app/by-hand.ts': '\'use server\'\nimport { reply } from \'../lib/actions\'\nexport async function again(id: string) { return reply.resume(id) }',
  'app/api/reply/route.ts': 'import { toRouteHandler } from \'sallyport/next\'\nimport { reply } from \'../../../lib/actions\'\nexport const POST = toRouteHandler(reply)',
  'lib/mcp.ts': `import { toMcpHandler } from 'sallyport/mcp'
import { port } from './port'
import { hello, reply } from './actions'
let held: ((request: Request) => Promise<Response>) | undefined
export const mcp = (request: Request) => (held ??= toMcpHandler([hello, reply], { port, name: 'shop', version: '1' }))(request)`,
  'app/mcp/route.ts': 'import { mcp } from \'../../lib/mcp\'\nexport const POST = mcp',
  'app/api/own/route.ts': 'import { toRouteHandler } from \'sallyport/next\'\nexport const POST = toRouteHandler(globalThis.something)',
}
const entry = (id: string) => checkFiles(files).entries.find((one) => one.id === id)

describe('what Sallyport itself makes', () => {
  it('a route that answers with an action has the posture of the action', () => {
    const made = entry('app/api/reply/route.ts#POST')
    expect(made?.made).toBe('sallyport')
    for (const control of ['size', 'origin', 'rate-limit', 'authentication', 'authorization', 'token-budget', 'audit', 'projection', 'error-sanitization'] as const) expect(made?.controls[control].state, control).toBe('present')
    expect(made?.controls.authorization.reason).toBe('needs assistant:use')
  })

  it('a route of MCP has the controls of the tools behind it', () => {
    const made = entry('app/mcp/route.ts#POST')
    for (const control of ['size', 'origin', 'rate-limit', 'authentication', 'audit'] as const) expect(made?.controls[control].state, control).toBe('present')
    expect(checkFiles(files).findings.filter(({ entry }) => entry === 'app/mcp/route.ts#POST')).toEqual([])
  })

  it('a route around something that can\'t be seen stays unknown', () => {
    expect(entry('app/api/own/route.ts#POST')?.controls.authentication.state).toBe('unknown')
  })

  it('its own actions ask for a session, a permission and a schema', () => {
    const made = entry('app/actions.ts#approve')
    for (const control of ['authentication', 'authorization', 'validation', 'audit', 'projection'] as const) expect(made?.controls[control].state, control).toBe('present')
  })

  it('a function that calls an action passes its limits, and is recorded by it', () => {
    const made = entry('app/by-hand.ts#again')
    for (const control of ['authentication', 'rate-limit', 'audit'] as const) expect(made?.controls[control].state, control).toBe('present')
  })

  it('every privileged action asks agents for a grant; a public one has nobody to ask', () => {
    expect(entry('app/actions.ts#approve')?.controls.grant).toMatchObject({ state: 'present', applies: true })
    expect(entry('app/actions.ts#hello')?.controls.grant.applies).toBe(false)
  })
})
