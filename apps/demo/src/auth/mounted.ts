import 'server-only'
import { auth } from './auth.ts'

/** Far more than who asks for a token has to say. */
const MAX_BYTES = 16 * 1024

/**
 * Hands a request on to Better Auth's own route. The front wrote the caller's address, and Next its own behind it: Better Auth, which counts
 * how often an address asks, takes an address alone.
 */
export async function mounted(request: Request): Promise<Response> {
  const { method, url } = request
  const headers = new Headers(request.headers)
  headers.set('x-forwarded-for', headers.get('x-forwarded-for')?.split(',')[0]?.trim() ?? '')
  if (method === 'GET') return auth().handler(new Request(url, { headers }))
  if (!(Number(headers.get('content-length') ?? Number.NaN) <= MAX_BYTES)) return Response.json({ error: 'invalid_request' }, { status: 413 })
  return auth().handler(new Request(url, { method, headers, body: await request.text() }))
}
