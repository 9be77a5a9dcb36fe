import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { NextConfig } from 'next'
import { withSallyport } from 'sallyport/next'

const repository = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

const config: NextConfig = {
  // The type check is `tsc -p apps/demo`: TypeScript 7 has no JavaScript API for Next to call.
  typescript: { ignoreBuildErrors: true },
  turbopack: { root: repository },
  poweredByHeader: false,
  devIndicators: false,
}

export default withSallyport(config)
