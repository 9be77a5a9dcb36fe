import { isPromiseLike } from '../lib/maybe-promise.ts'
import type { Scrubber } from '../scrub/types.ts'
import type { LogEntry } from './runtime.ts'

/**
 * A log that gets no secret: what was thrown goes through the scrubber, its message, stack, causes and properties, and so
 * does everything else of an entry. What can't be looked through is left out. Only refusals and failures are logged, so it costs other calls nothing.
 *
 * A log that fails changes nothing for who calls: the entry is lost.
 */
export function scrubbedLog(write: (entry: LogEntry) => unknown, scrubber: Scrubber): (entry: LogEntry) => void {
  return (entry) => {
    try {
      const written = write(clean(entry, scrubber))
      if (isPromiseLike(written)) written.then(undefined, () => undefined)
    } catch {
      // There is nobody left to tell.
    }
  }
}

function clean({ cause, ...rest }: LogEntry, scrubber: Scrubber): LogEntry {
  const entry = scrubber.scrubValue(rest).value
  if (cause === undefined) return entry
  try {
    return { ...entry, cause: scrubber.scrubValue(cause, { closed: true }).value }
  } catch {
    return { ...entry, cause: new Error('What was thrown could not be looked through, so it is not shown') }
  }
}
