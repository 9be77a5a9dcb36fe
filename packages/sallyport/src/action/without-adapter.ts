import type { PortRuntime } from '../pipeline/runtime.ts'

const told = new WeakSet<PortRuntime>()

/**
 * Tells a developer, once, that requests come to a port without an adapter: nothing then knows where they come from. A port for jobs and
 * tests needs none.
 */
export function noteWithoutAdapter(port: PortRuntime, action: string): void {
  if (port.host !== null || port.environment === 'test' || told.has(port)) return
  told.add(port)
  port.log({
    level: 'warn',
    action,
    correlationId: '-',
    control: 'rate-limit',
    code: 'NO_ADAPTER',
    reason: 'requests come to a port that has no adapter, so there is no limit per address',
    fix: 'Give createPort `adapter`: fetchAdapter({ trustedProxies: 0 }), or nextAdapter({ trustedProxies: 1 }).',
  })
}
