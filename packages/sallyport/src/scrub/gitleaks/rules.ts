import { parsePattern } from '../pattern/parse.ts'
import type { AllowList, Rule } from '../rule.ts'
import { type GitleaksAllowlist, type GitleaksRule, readConfig } from './config.ts'

/** What a configuration gives. */
export interface GitleaksRules {
  readonly rules: readonly Rule[]
  /** Rules that look only at the names of files: a text has none. */
  readonly pathOnly: readonly string[]
}

/**
 * Makes rules of a gitleaks configuration that has been parsed already.
 *
 * A rule's `regex`, `entropy`, `keywords`, `secretGroup` and allow-lists are honoured, the global allow-list too. Where they differ
 * from gitleaks, it is because a stream can't look ahead, and has no file:
 *
 * - A keyword has to stand before the match or in it; gitleaks lets it stand anywhere in the same file.
 * - `path` and `commits` are left out. A rule that has both `path` and `regex` looks at every text. An allow-list that asks for
 *   a path or a commit besides (`condition = "AND"`) never allows.
 * - Where `secretGroup` is not given, the first group that is not empty is the secret, as in gitleaks; but named groups are
 *   taken for structure, not secrets, and the whole match is redacted.
 *
 * @throws TypeError where the document is no configuration, PatternError where a pattern is not supported
 */
export function rulesFromGitleaks(document: unknown): GitleaksRules {
  const config = readConfig(document)
  const rules: Rule[] = []
  const pathOnly: string[] = []
  for (const rule of config.rules ?? []) {
    if (rule.regex === undefined || rule.regex === '') pathOnly.push(rule.id)
    else rules.push(toRule(rule, rule.regex, config.allowlists ?? []))
  }
  return { rules, pathOnly }
}

function toRule(rule: GitleaksRule, pattern: string, everywhere: readonly GitleaksAllowlist[]): Rule {
  const lists = [...(rule.allowlists ?? []), ...everywhere.filter((list) => isFor(list, rule.id))]
  const allow = lists.flatMap(toAllowList)
  const secretGroup = secretGroupOf(rule, pattern)
  return {
    id: rule.id,
    description: rule.description ?? rule.id,
    pattern,
    ...(secretGroup === undefined ? {} : { secretGroup }),
    ...(rule.keywords && rule.keywords.length > 0 ? { keywords: rule.keywords } : {}),
    ...(rule.entropy === undefined || rule.entropy === 0 ? {} : { minEntropy: rule.entropy }),
    ...(allow.length === 0 ? {} : { allow }),
  }
}

function isFor(list: GitleaksAllowlist, id: string): boolean {
  return !list.targetRules || list.targetRules.length === 0 || list.targetRules.includes(id)
}

function secretGroupOf(rule: GitleaksRule, pattern: string): number | readonly number[] | undefined {
  if (rule.secretGroup !== undefined && rule.secretGroup > 0) return rule.secretGroup
  const parsed = parsePattern(pattern)
  if (parsed.named || parsed.groups === 0) return undefined
  return parsed.groups === 1 ? 1 : Array.from({ length: parsed.groups }, (_, i) => i + 1)
}

function toAllowList(list: GitleaksAllowlist): readonly AllowList[] {
  const all = list.condition?.toUpperCase() === 'AND' || list.condition === '&&'
  const beyondText = (list.paths?.length ?? 0) + (list.commits?.length ?? 0) > 0
  if (all && beyondText) return []
  const patterns = list.regexes ?? []
  const stopwords = list.stopwords ?? []
  if (patterns.length + stopwords.length === 0) return []
  const target = list.regexTarget === 'match' || list.regexTarget === 'line' ? list.regexTarget : 'secret'
  return [{ patterns, stopwords, target, all }]
}
