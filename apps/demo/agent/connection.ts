import { readFileSync } from 'node:fs'
import { Client, ClientCredentialsProvider, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'

/** What a refusal says. */
export interface Refusal {
  readonly code: string
  readonly message: string
  readonly details?: Readonly<Record<string, unknown>>
  readonly next?: string
}

/** How a call of a tool came out. */
export type Outcome = { readonly ok: true; readonly data: Readonly<Record<string, unknown>> } | { readonly ok: false; readonly error: Refusal }

/** The shop, as an agent reaches it. */
export interface Shop {
  readonly url: string
  tools(): Promise<readonly { readonly name: string; readonly description?: string; readonly readOnly: boolean }[]>
  call(tool: string, args?: Readonly<Record<string, unknown>>): Promise<Outcome>
  /** From now on it acts for whoever gave this grant; with `null` for nobody again. */
  actUnder(grantId: string | null): void
  close(): Promise<void>
}

/** Something that the person at the terminal can do something about. */
export class Trouble extends Error {}

/** Where the shop is and with what the agent says who it is: written when the demo starts. */
export interface Access {
  readonly url: string
  /** The authorization server that knows the client: its secret is shown to nobody else. */
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
}

/** Reads the file that the demo wrote. */
export function readAccess(path: string): Access {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Access
  } catch (cause) {
    throw new Trouble(`There is nothing to sign in with at ${path}. Start the demo first, in another terminal: npm start`, { cause })
  }
}

/**
 * Connects with the official client, which gets itself a token: the shop's 401 names its metadata, that names the authorization server, and
 * there the client's secret buys a token of five minutes for this shop, and the next one when it is over. A header says under which
 * grant, and so for whom, it acts.
 */
export async function connect({ url, issuer, clientId, clientSecret }: Access, signal: AbortSignal): Promise<Shop> {
  let grant: string | null = null
  const client = new Client({ name: 'quayside-terminal-agent', version: '0.1.0' }, { versionNegotiation: { mode: 'auto' } })
  const transport = new StreamableHTTPClientTransport(new URL(url), {
    authProvider: new ClientCredentialsProvider({ clientId, clientSecret, expectedIssuer: issuer, scope: 'orders prices' }),
    fetch: (to, init) => {
      const headers = new Headers(init?.headers)
      // The authorization server need not know for whom it acts.
      if (grant !== null && String(to) === url) headers.set('sallyport-grant', grant)
      return fetch(to, { ...init, headers })
    },
  })
  try {
    await client.connect(transport, { signal })
  } catch (cause) {
    throw signal.aborted ? cause : explain(cause, url)
  }
  const attempt = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work
    } catch (cause) {
      throw signal.aborted ? cause : explain(cause, url)
    }
  }
  return {
    url,
    async tools() {
      const { tools } = await attempt(client.listTools(undefined, { signal }))
      return tools.map(({ name, description, annotations }) => ({ name, readOnly: annotations?.readOnlyHint === true, ...(description === undefined ? {} : { description }) }))
    },
    async call(name, args = {}) {
      const { isError, structuredContent } = await attempt(client.callTool({ name, arguments: args }, { signal }))
      const content = (structuredContent ?? {}) as Readonly<Record<string, unknown>>
      return isError === true ? { ok: false, error: content['error'] as Refusal } : { ok: true, data: content }
    },
    actUnder(grantId) {
      grant = grantId
    },
    close: () => client.close(),
  }
}

/** What is behind an error of the transport, as far as it can be told from here. */
function explain(cause: unknown, url: string): Trouble {
  for (let error = cause; error instanceof Error; error = error.cause) {
    if ('code' in error && error.code === 'ECONNREFUSED') return new Trouble(`Nobody answers at ${url}. Is the demo running? Start it with: npm start`, { cause })
  }
  const text = cause instanceof Error ? cause.message : String(cause)
  if (/401|unauthorized|invalid_token/i.test(text)) return new Trouble('The shop does not let this agent in, or the grant it acts under is over. A demo that was started again has issued a new secret: run this again.', { cause })
  return new Trouble(`The shop at ${url} could not be talked to: ${text}`, { cause })
}
