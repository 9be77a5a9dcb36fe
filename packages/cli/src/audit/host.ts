/** Where a command reads and writes: the process, or a test. */
export interface AuditHost {
  readonly out: (text: string) => Promise<void>
  readonly err: (text: string) => void
  readonly exit: (code: number) => void
  /** Somebody watches standard error: a progress bar makes sense. */
  readonly interactive: boolean
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly now: () => number
  /** Waits, or resolves at once when the command was interrupted. */
  readonly wait: (ms: number) => Promise<void>
  readonly interrupted: () => boolean
}

/** Exit codes: scripts can tell a log that was tampered with from a command that could not run. */
export const EXIT = { ok: 0, problems: 1, unable: 2, interrupted: 130 } as const

/** Something that the user has to put right: printed without a stack, exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** The process itself. */
export function processHost(): AuditHost {
  let stopped = false
  let wake = (): void => {}
  let listening = false
  // Only work that looks at it is ended gently; anything else ends as Ctrl-C ends a process.
  const listen = (): void => {
    if (listening) return
    listening = true
    process.once('SIGINT', () => {
      stopped = true
      wake()
    })
  }
  return {
    out: (text) => new Promise((resolve) => (process.stdout.write(text) ? resolve() : process.stdout.once('drain', resolve))),
    err: (text) => void process.stderr.write(text),
    exit: (code) => void (process.exitCode = code),
    interactive: process.stderr.isTTY === true,
    environment: process.env,
    now: Date.now,
    wait: (ms) => new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    }),
    interrupted() {
      listen()
      return stopped
    },
  }
}
