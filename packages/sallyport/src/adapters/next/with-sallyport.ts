import type { NextConfig } from 'next'

/** A Next configuration as `next.config` may export it: a value, or a function of the build's phase. */
type ConfigFunction = (...args: never) => NextConfig | Promise<NextConfig>

/**
 * What stays outside the server bundles: the stores, which start threads from files of their own and hold connections. By the names
 * under which they are imported, as Turbopack looks for them, and by their folders, as webpack does. The rest is bundled:
 * `sallyport/react` has to get the React that Next brings, and a package that stands outside gets another one.
 */
const OUTSIDE: readonly string[] = ['sqlite', 'postgres', 'redis'].flatMap((store) => [`sallyport/${store}`, `sallyport/dist/stores/${store}`])

/**
 * Adds what Sallyport needs to a Next configuration: its stores are loaded by Node, once for a process instead of once for each
 * bundle. Do not list `sallyport` itself in `serverExternalPackages`: the hooks of `sallyport/react` then fail while a page renders.
 *
 * @example
 * ```ts
 * // next.config.ts
 * export default withSallyport({ reactStrictMode: true })
 * ```
 */
export function withSallyport(config: NextConfig): NextConfig
export function withSallyport<F extends ConfigFunction>(config: F): (...args: Parameters<F>) => Promise<NextConfig>
export function withSallyport(config: NextConfig | ConfigFunction): NextConfig | ConfigFunction {
  if (typeof config === 'function') return async (...args: never) => extended(await config(...args))
  return extended(config)
}

function extended(config: NextConfig): NextConfig {
  return { ...config, serverExternalPackages: [...new Set([...(config.serverExternalPackages ?? []), ...OUTSIDE])] }
}
