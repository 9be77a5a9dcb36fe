import { createServer, request as forward, type IncomingHttpHeaders, type Server } from 'node:http'

/** Headers that say where a request came from. A client may send them; what it says is thrown away. */
const CLAIMS = ['x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-forwarded-port', 'x-real-ip', 'forwarded', 'true-client-ip', 'cf-connecting-ip']

/** Headers that concern one connection only (RFC 9110, section 7.6.1). */
const HOP_BY_HOP = ['connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade']

/** Where the front sends what it takes in. */
export interface FrontOptions {
  /** Port of the application on the loopback address. */
  readonly applicationPort: number
  /** `http`, or `https` where something before the front ends TLS. */
  readonly protocol?: 'http' | 'https'
}

/**
 * The one proxy before the application. It writes the client's address from the socket over whatever the client claims, so
 * that a port with `trustedProxies: 1` limits by a fact. Bodies pass in both directions as they come: streams stay streams.
 */
export function createFront({ applicationPort, protocol = 'http' }: FrontOptions): Server {
  const front = createServer((incoming, outgoing) => {
    const address = incoming.socket.remoteAddress ?? ''
    const headers = withoutHops(incoming.headers)
    for (const name of CLAIMS) delete headers[name]
    headers['x-forwarded-for'] = address
    headers['x-forwarded-proto'] = protocol
    if (incoming.headers.host) headers['x-forwarded-host'] = incoming.headers.host

    // No agent: a connection that the application closes after a refused body must not be the next caller's.
    const to = { host: '127.0.0.1', port: applicationPort, method: incoming.method, path: incoming.url, headers, agent: false }
    const upstream = forward(to, (answer) => {
      const status = answer.statusCode ?? 502
      const answered = withoutHops(answer.headers)
      if (status >= 400 && !incoming.complete) {
        // The rest of a refused body is taken and thrown away, and this connection carries no further request.
        incoming.unpipe(upstream)
        incoming.resume()
        answered.connection = 'close'
      }
      outgoing.writeHead(status, answered)
      outgoing.flushHeaders()
      answer.pipe(outgoing)
      answer.on('error', () => outgoing.destroy())
    })
    upstream.on('error', () => {
      // Once there is an answer, it says by itself how it ends: here only the rest of a refused body was not taken.
      if (!outgoing.headersSent) outgoing.writeHead(502, { 'content-type': 'text/plain; charset=utf-8' }).end('The shop is not there right now.\n')
    })
    // Who leaves is gone: the application hears of it and can stop the work.
    outgoing.on('close', () => upstream.destroy())
    incoming.pipe(upstream)
  })
  front.keepAliveTimeout = 30_000
  return front
}

function withoutHops(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const named = String(headers.connection ?? '').toLowerCase().split(',').map((name) => name.trim())
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.includes(name) && !named.includes(name)))
}
