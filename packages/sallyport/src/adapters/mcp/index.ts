export { toMcpHandler, type McpHandlerOptions } from './mcp-handler.ts'
export type { OAuthOptions } from './oauth.ts'
