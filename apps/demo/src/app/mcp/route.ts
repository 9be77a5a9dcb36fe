import { mcp } from '../../mcp.ts'

export const GET = mcp
export const POST = mcp
export const DELETE = mcp
