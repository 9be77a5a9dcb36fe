import { type GitleaksOptions, type GitleaksRules, rulesFromGitleaks } from './rules.ts'

export { type GitleaksOptions, type GitleaksRules, rulesFromGitleaks } from './rules.ts'
export type { GitleaksAllowlist, GitleaksConfig, GitleaksExtend, GitleaksRule } from './config.ts'

/**
 * Makes rules of the text of a gitleaks configuration, for example `.gitleaks.toml`. Needs the package `smol-toml`; with another
 * parser, call `rulesFromGitleaks` with what it gives.
 *
 * @throws TypeError where the text is no configuration or extends one that is not given, PatternError where a pattern is not supported
 *
 * @example
 * ```ts
 * const { rules } = await parseGitleaks(await readFile('.gitleaks.toml', 'utf8'))
 * // Some ids are those of our rules, too.
 * const named = rules.map((rule) => ({ ...rule, id: `gitleaks-${rule.id}` }))
 * const scrubber = createScrubber({ rules: [...providerRules, ...named] })
 * ```
 */
export async function parseGitleaks(toml: string, options: GitleaksOptions<string> = {}): Promise<GitleaksRules> {
  const { parse } = await import('smol-toml')
  return rulesFromGitleaks(parse(toml), options.extends === undefined ? {} : { extends: parse(options.extends) })
}
