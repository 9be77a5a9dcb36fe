import { parsePattern } from '../pattern/parse.ts'
import type { AllowList, Rule } from '../rule.ts'
import { type GitleaksAllowlist, type GitleaksConfig, type GitleaksRule, readConfig } from './config.ts'

/** What a configuration gives. */
export interface GitleaksRules {
  readonly rules: readonly Rule[]
  /** Rules that look only at the names of files: a text has none. */
  readonly pathOnly: readonly string[]
}

/** Options of `rulesFromGitleaks`. */
export interface GitleaksOptions<Document> {
  /** The configuration that this one extends, where it does: gitleaks' own for `useDefault`, else what its `path` names. */
  readonly extends?: Document
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
 * @throws TypeError where the document is no configuration or extends one that is not given, PatternError where a pattern is not supported
 */
export function rulesFromGitleaks(document: unknown, options: GitleaksOptions<unknown> = {}): GitleaksRules {
  const config = extended(readConfig(document), options.extends === undefined ? undefined : readConfig(options.extends))
  const rules: Rule[] = []
  const pathOnly: string[] = []
  for (const rule of config.rules ?? []) {
    if (rule.regex === undefined) {
      if (rule.path === undefined) throw new TypeError(`Rule ${rule.id} has neither a regex nor a path`)
      pathOnly.push(rule.id)
    } else rules.push(toRule(rule, rule.regex, config.allowlists ?? []))
  }
  return { rules, pathOnly }
}

/** What both say, as gitleaks puts them together: a rule that both have is the extending one's where that says something. */
function extended(config: GitleaksConfig, base: GitleaksConfig | undefined): GitleaksConfig {
  const { extend } = config
  if (extend === undefined || !(extend.useDefault === true || extend.path !== undefined)) return config
  if (base === undefined) throw new TypeError(`The configuration extends ${extend.path ?? "gitleaks' own"}: give that one as "extends"`)
  if (base.extend?.useDefault === true || base.extend?.path !== undefined) throw new TypeError('The configuration that is extended extends another: put the two together first')
  const own = new Map(config.rules?.map((rule) => [rule.id, rule]))
  const kept = (base.rules ?? []).filter(({ id }) => extend.disabledRules?.includes(id) !== true)
  const merged = kept.map((rule) => {
    const change = own.get(rule.id)
    own.delete(rule.id)
    return change === undefined ? rule : withChange(rule, change)
  })
  return { rules: [...merged, ...own.values()], allowlists: [...(config.allowlists ?? []), ...(base.allowlists ?? [])] }
}

function withChange(rule: GitleaksRule, { keywords, allowlists, entropy, secretGroup, ...change }: GitleaksRule): GitleaksRule {
  return {
    ...rule,
    ...change,
    ...(entropy === undefined || entropy === 0 ? {} : { entropy }),
    ...(secretGroup === undefined || secretGroup === 0 ? {} : { secretGroup }),
    keywords: [...(rule.keywords ?? []), ...(keywords ?? [])],
    allowlists: [...(rule.allowlists ?? []), ...(allowlists ?? [])],
  }
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
  const all = list.condition === 'and' || list.condition === '&&'
  const beyondText = (list.paths?.length ?? 0) + (list.commits?.length ?? 0) > 0
  if (all && beyondText) return []
  const patterns = list.regexes ?? []
  const stopwords = list.stopwords ?? []
  if (patterns.length + stopwords.length === 0) return []
  const target = list.regexTarget === 'match' || list.regexTarget === 'line' ? list.regexTarget : 'secret'
  return [{ patterns, stopwords, target, all }]
}
