import { mcp } from '../../../../mcp.ts'

/** Where a client that was refused looks next (RFC 9728). Read at each request: the address is a setting. */
export const GET = mcp
export const dynamic = 'force-dynamic'
