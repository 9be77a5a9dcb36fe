import { visible } from './visible.ts'

/** One line of a refusal, for a developer's terminal. */
export interface LogLine {
  readonly level: 'warn' | 'error'
  readonly action: string
  readonly correlationId: string
  readonly control: string
  readonly code: string
  readonly reason: string
  readonly fix?: string
  readonly cause?: unknown
}

/**
 * Writes refusals and failures to the console, one line each: what refused, why, how to fix it, where to read more.
 * In production only errors are written, without what was thrown: that is for a log of the application's own. A port scrubs
 * every entry before it gets here. What a caller may have written can neither begin a line of its own nor steer the terminal.
 */
export function consoleLog(production: boolean): (entry: LogLine) => void {
  return (entry) => {
    if (production && entry.level !== 'error') return
    const { level, action, control, code, reason, fix, correlationId, cause } = entry
    const line = `[sallyport] ${action}: ${visible(code)} by ${control}: ${visible(reason)}.${fix === undefined ? '' : ` ${visible(fix)}`} (${correlationId}) node_modules/sallyport/docs/controls.md#${control}`
    const stack = production || !(cause instanceof Error) ? '' : `\n  ${(cause.stack ?? cause.message).split('\n').map(visible).join('\n  ')}`
    console[level](line + stack)
  }
}
