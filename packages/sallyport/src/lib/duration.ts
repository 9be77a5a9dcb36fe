import { DefinitionError } from '../errors/sallyport-error.ts'

/** A span of time: `250ms`, `30s`, `5m`, `12h`, `7d`. */
export type Duration = `${number}ms` | `${number}s` | `${number}m` | `${number}h` | `${number}d`

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/**
 * Milliseconds of a duration.
 *
 * @throws DefinitionError when the text is not a positive number and a unit.
 * @example
 * ```ts
 * parseDuration('5m') // 300000
 * ```
 */
export function parseDuration(text: Duration): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text)
  const ms = match === null ? 0 : Number(match[1]) * (UNIT_MS[match[2] ?? ''] ?? 0)
  if (!(ms > 0)) throw new DefinitionError(`'${text}' is not a duration. Write a positive number and a unit: 250ms, 30s, 5m, 12h, 7d.`)
  return ms
}
