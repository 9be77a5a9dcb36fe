/**
 * The facts of the request that carries a call, as an adapter (`sallyport/next`, `sallyport/fetch`, `sallyport/mcp`) found them.
 * Header names are case-insensitive, as in the Fetch standard.
 */
export interface CallRequest {
  /** How the call came in: for the log, and for what an adapter alone can know. */
  readonly transport: 'next-action' | 'next-route' | 'fetch' | 'mcp' | 'ai-sdk' | 'direct'
  readonly method: string
  /** Absolute URL as the caller sees it, where known. */
  readonly url?: string
  readonly headers: { get(name: string): string | null }
  /**
   * The peer's address as the adapter saw it on the socket, where it can see one. `client-address.ts` combines
   * it with the declared number of trusted proxies.
   */
  readonly socketAddress?: string
  /** Aborts when the caller goes away. */
  readonly signal?: AbortSignal
}
