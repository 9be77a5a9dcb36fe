import type { Scrubber } from '../scrub/types.ts'
import type { LogEntry } from './runtime.ts'

/**
 * A log that gets no secret: what was thrown goes through the scrubber, its message, stack, causes and properties, and so
 * does everything else of an entry. What can't be looked through is left out. Only refusals and failures are logged, so it costs other calls nothing.
 */
export function scrubbedLog(write: (entry: LogEntry) => void, scrubber: Scrubber): (entry: LogEntry) => void {
  return (entry) => {
    const { cause, ...rest } = entry
    const clean = scrubber.scrubValue(rest).value
    if (cause === undefined) return write(clean)
    let shown: unknown
    try {
      shown = scrubber.scrubValue(cause).value
    } catch {
      shown = new Error('What was thrown could not be looked through, so it is not shown')
    }
    write({ ...clean, cause: shown })
  }
}
