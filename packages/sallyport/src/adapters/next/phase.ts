import { actionAsyncStorage } from 'next/dist/server/app-render/action-async-storage.external.js'
import { workUnitAsyncStorage } from 'next/dist/server/app-render/work-unit-async-storage.external.js'
import type { Phase } from '../../lib/host.ts'

/** What Next is doing for the code that asks. */
export interface NextPhase {
  readonly phase: Phase
  /** How the call came in, in phase `action`. */
  readonly transport: 'next-action' | 'next-route'
}

/**
 * Asks Next whether the code that runs belongs to a server action or a route handler, or to the rendering of a page.
 *
 * Two of Next's own contexts have to agree. The work unit alone won't do: after a form was posted without JavaScript Next renders
 * the page in the same request, whose unit then still says `action` unless the action revalidated something. The action context
 * alone won't do either: it says nothing of caches and prerendering. Next has no public function for this; both modules are the
 * ones from which it reads `headers()` and `cookies()`, and an import that fails after an upgrade fails the build.
 */
export function nextPhase(): NextPhase {
  const unit = workUnitAsyncStorage.getStore()
  const action = actionAsyncStorage.getStore()
  const transport = action?.isAppRoute === true ? 'next-route' : 'next-action'
  if (unit === undefined) return { phase: 'unknown', transport }
  // `after` is the time when the response has gone: what an action left to be done then is still the action's.
  const running = unit.type === 'request' && (unit.phase === 'action' || unit.phase === 'after')
  return { phase: running && (action?.isAction === true || action?.isAppRoute === true) ? 'action' : 'render', transport }
}
