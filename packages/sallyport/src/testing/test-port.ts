import type { Principal } from '../identity/principal.ts'
import type { CallRequest } from '../lib/call-request.ts'
import type { AuditReader, StoredEvent } from '../audit/types.ts'
import type { LogEntry } from '../pipeline/runtime.ts'
import { createPort, type Port } from '../port.ts'
import type { PortOptions } from '../port-options.ts'
import { memoryStore } from '../stores/memory/store.ts'
import { fakeClock, type FakeClock } from './fake-clock.ts'

/** A port in memory whose clock and principal the test sets. */
export interface TestPort<P extends Principal, Permission extends string> extends Port<P, Permission> {
  readonly clock: FakeClock
  /** Who is signed in from now on for calls that come in as a request; `null` for nobody. An `identity` of the test's own says so itself. */
  signIn(principal: P | null): void
  /** Every event of the audit log, oldest first. */
  events(): Promise<readonly StoredEvent[]>
  /** What the port logged: one entry for each refusal and failure. */
  readonly log: readonly LogEntry[]
}

/** Options of `createTestPort`: those of `createPort`, with everything but the policy filled in. */
export type TestPortOptions<P extends Principal, Permission extends string> = Pick<PortOptions<P, Permission>, 'policy'> &
  Partial<Omit<PortOptions<P, Permission>, 'clock'>> & {
    /** The clock that the test sets. Default: one of its own. */
    readonly clock?: FakeClock
  }

/**
 * Makes a port for tests: in memory, with a clock that stands still, and a principal that the test sets. Actions are
 * defined on it as on the real one.
 *
 * @example
 * ```ts
 * const port = createTestPort({ policy })
 * const cancel = defineCancel(port)
 * const result = await cancel.call({ principal: testUser('u1', ['customer']), input: { orderId } })
 * expect(result.serverError?.code).toBe('NOT_FOUND')
 * ```
 */
export function createTestPort<P extends Principal, Permission extends string>(options: TestPortOptions<P, Permission>): TestPort<P, Permission> {
  const clock = options.clock ?? fakeClock()
  const log: LogEntry[] = []
  let current: P | null = null
  const port = createPort<P, Permission>({
    environment: 'test',
    identity: { name: 'test', authenticate: () => current },
    store: memoryStore(),
    schemaAudit: 'off',
    ...options,
    clock,
    log: (entry) => {
      log.push(entry)
      options.log?.(entry)
    },
  })
  return {
    ...port,
    clock,
    log,
    signIn(principal) {
      current = principal
    },
    events: () => allOf(port.store.ledger.events),
  }
}

/** Page by page: one search gives a thousand at most. */
async function allOf(log: AuditReader): Promise<readonly StoredEvent[]> {
  const events: StoredEvent[] = []
  for (;;) {
    const after = events.at(-1)?.position
    const page = await log.search({ order: 'oldest', limit: 1_000, ...(after === undefined ? {} : { after }) })
    events.push(...page)
    if (page.length < 1_000) return events
  }
}

/** A request as an adapter would hand it over, for `action.handle(testRequest(), input)`. Same-origin, with a cookie. */
export function testRequest(headers: Readonly<Record<string, string>> = {}, more: Partial<CallRequest> = {}): CallRequest {
  const all = new Headers({ host: 'shop.example', cookie: 'session=1', 'sec-fetch-site': 'same-origin', ...headers })
  return { transport: 'fetch', method: 'POST', url: 'https://shop.example/', headers: all, ...more }
}
