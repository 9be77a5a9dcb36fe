import { type GitleaksRules, rulesFromGitleaks } from './rules.ts'

export { type GitleaksRules, rulesFromGitleaks } from './rules.ts'
export type { GitleaksAllowlist, GitleaksConfig, GitleaksRule } from './config.ts'

/**
 * Makes rules of the text of a gitleaks configuration, for example `.gitleaks.toml`. Needs the package `smol-toml`; with another
 * parser, call `rulesFromGitleaks` with what it gives.
 *
 * @throws TypeError where the text is no configuration, PatternError where a pattern is not supported
 *
 * @example
 * ```ts
 * const { rules } = await parseGitleaks(await readFile('.gitleaks.toml', 'utf8'))
 * const scrubber = createScrubber({ rules: [...providerRules, ...rules] })
 * ```
 */
export async function parseGitleaks(toml: string): Promise<GitleaksRules> {
  const { parse } = await import('smol-toml')
  return rulesFromGitleaks(parse(toml))
}
