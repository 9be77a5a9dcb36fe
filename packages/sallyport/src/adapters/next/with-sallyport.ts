import type { NextConfig } from 'next'

/** A Next configuration as `next.config` may export it: a value, or a function of the build's phase. */
type ConfigFunction = (...args: never) => NextConfig | Promise<NextConfig>

/**
 * Adds what Sallyport needs to a Next configuration: the package stays outside the server bundles, so that Node loads it, and what
 * it keeps, once for a process instead of once for each bundle.
 *
 * @example
 * ```ts
 * // next.config.ts
 * export default withSallyport({ reactStrictMode: true })
 * ```
 */
export function withSallyport<Config extends NextConfig | ConfigFunction>(config: Config): Config
export function withSallyport(config: NextConfig | ConfigFunction): NextConfig | ConfigFunction {
  if (typeof config === 'function') return async (...args: never) => extended(await config(...args))
  return extended(config)
}

function extended(config: NextConfig): NextConfig {
  const external = config.serverExternalPackages ?? []
  return { ...config, serverExternalPackages: external.includes('sallyport') ? external : [...external, 'sallyport'] }
}
