import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { NextConfig } from 'next'
import { withSallyport } from 'sallyport/next'

const repository = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

// `same-origin`, not `no-referrer`: the latter makes browsers send `Origin: null` with a form, which the port refuses.
const HEADERS = [
  { key: 'content-security-policy', value: "frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'" },
  { key: 'referrer-policy', value: 'same-origin' },
  { key: 'x-content-type-options', value: 'nosniff' },
]

const config: NextConfig = {
  // The type check is `tsc -p apps/demo`: TypeScript 7 has no JavaScript API for Next to call.
  typescript: { ignoreBuildErrors: true },
  turbopack: { root: repository },
  poweredByHeader: false,
  devIndicators: false,
  headers: async () => [{ source: '/:path*', headers: HEADERS }],
}

export default withSallyport(config)
