import type { CheckResult } from '../types.ts'

/** The result as JSON. `root` is left out, so that no path of a machine gets into a report. */
export function toJson(result: CheckResult): string {
  const { root: _root, ...rest } = result
  return `${JSON.stringify(rest, null, 2)}\n`
}
