import 'server-only'
import { toMcpHandler } from 'sallyport/mcp'
import { asked, request } from './actions/grants.ts'
import { lookUp } from './actions/orders.ts'
import { changePrice } from './actions/prices.ts'
import { list } from './actions/products.ts'
import { issuerOf, resourceOf } from './auth/authorization-server.ts'
import { once } from './once.ts'
import { port } from './port.ts'
import { SCOPES } from './scopes.ts'
import { readSettings } from './settings.ts'

/** What agents can call over MCP: these actions and no others. */
const TOOLS = [list, lookUp, changePrice, request, asked]

/** Answers a request to `/mcp`. Made when the first one comes: its own address is a setting. */
export function mcp(incoming: Request): Promise<Response> {
  return once('mcp', () =>
    toMcpHandler(TOOLS, {
      port,
      name: 'quayside',
      version: '0.1.0',
      oauth: { resource: resourceOf(readSettings().origin), authorizationServers: [issuerOf(readSettings().origin)] },
      scopes: SCOPES,
      instructions: 'On GRANT_REQUIRED call grant_request, wait until grant_asked says that it was given, and name its grantId in the header sallyport-grant from then on.',
    }),
  )(incoming)
}
