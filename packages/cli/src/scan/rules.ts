import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { parse } from 'smol-toml'
import { createScrubber, providerRules, type AllowList, type Rule } from 'sallyport/scrub'
import { rulesFromGitleaks, type GitleaksAllowlist, type GitleaksConfig, type GitleaksRule } from 'sallyport/gitleaks'

/** What is looked for, and which files and commits are left out. */
export interface ScanRules {
  readonly rules: readonly Rule[]
  readonly descriptions: ReadonlyMap<string, string>
  /** False for a file that no rule applies to. */
  readonly wantsFile: (file: string) => boolean
  /** False for what a rule does not count at a place. */
  readonly counts: (ruleId: string, file: string, commit: string | undefined) => boolean
  /** True where a list that looks at lines allows a secret. The scrubber knows a line as far as it has read it; this is the whole. */
  readonly allowsInLine: (ruleId: string, secret: string, line: string) => boolean
  /** True for a rule of ours: examples that it finds are left out. A configuration says what it allows by itself. */
  readonly isBuiltIn: (ruleId: string) => boolean
  /** Rules that only look at a file's name, and match this one. */
  readonly byName: (file: string) => readonly string[]
}

type Matcher = (text: string) => boolean

/**
 * The provider rules, and a gitleaks configuration where there is one: its own rules, its allow-lists, `extend.path` and
 * `extend.disabledRules`. A rule of the configuration with a pattern
 * replaces one of ours with the same id; without one, it adds its allow-lists to ours.
 *
 * @throws TypeError or PatternError for a configuration that can't be read
 */
export function loadRules(root: string, configPath: string | undefined): ScanRules {
  return rulesOf(readConfiguration(root, configPath))
}

/** A configuration, and those that it extends, the innermost first; nothing where there is none. */
export function readConfiguration(root: string, configPath: string | undefined): readonly Layer[] {
  const path = configPath ?? join(root, '.gitleaks.toml')
  if (configPath !== undefined && !existsSync(path)) throw new TypeError(`There is no configuration ${configPath}`)
  return existsSync(path) ? readLayers(path, 0) : []
}

/** What is looked for with a configuration that was read. */
export function rulesOf(layers: readonly Layer[]): ScanRules {
  const disabled = new Set(layers.flatMap((layer) => layer.extend?.disabledRules ?? []))
  const everywhere = layers.flatMap(listsOf)
  const configured = merged(layers).filter(({ id }) => !disabled.has(id))
  const rules = new Map<string, Rule>(providerRules.filter(({ id }) => !disabled.has(id)).map((rule) => [rule.id, withAllowed(rule, configured.find(({ id }) => id === rule.id), everywhere)]))
  const builtIn = new Set(rules.keys())
  // One that looks at nothing only says what a rule of ours allows.
  const looking = configured.filter(({ regex = '', path }) => regex !== '' || path !== undefined)
  for (const rule of rulesFromGitleaks({ rules: looking, allowlists: everywhere }).rules) {
    rules.set(rule.id, rule)
    builtIn.delete(rule.id)
  }

  const shared = everywhere.filter((list) => (list.targetRules?.length ?? 0) === 0)
  const leftOut = matcherOf(shared.filter((list) => !isBounded(list)).flatMap((list) => list.paths ?? []))
  const allowedEverywhere = shared.flatMap(placeList)
  const perRule = new Map<string, { readonly path: Matcher | undefined; readonly allowed: readonly PlaceList[] }>()
  const byName: { readonly id: string; readonly matches: Matcher }[] = []
  const descriptions = new Map([...rules.values()].map((rule) => [rule.id, rule.description]))
  for (const rule of configured) {
    const path = rule.path === undefined ? undefined : matcherOf([rule.path])
    if ((rule.regex ?? '') === '' && path !== undefined) {
      byName.push({ id: rule.id, matches: path })
      descriptions.set(rule.id, rule.description ?? rule.id)
    }
    perRule.set(rule.id, { path, allowed: listsOf(rule).flatMap(placeList) })
  }
  for (const list of everywhere) {
    for (const id of list.targetRules ?? []) {
      const own = perRule.get(id)
      perRule.set(id, { path: own?.path, allowed: [...(own?.allowed ?? []), ...placeList(list)] })
    }
  }
  const ofLines = new Map<string, readonly LineList[]>()
  const listsOfLines = (ruleId: string): readonly LineList[] => {
    const known = ofLines.get(ruleId) ?? (rules.get(ruleId)?.allow ?? []).filter(({ target }) => target === 'line').map(lineList)
    ofLines.set(ruleId, known)
    return known
  }
  return {
    // The same array for the same rules: what is compiled for it is used again.
    rules: layers.length === 0 ? providerRules : [...rules.values()],
    descriptions,
    wantsFile: (file) => !leftOut(file),
    counts(ruleId, file, commit) {
      const own = perRule.get(ruleId)
      if (own?.path !== undefined && !own.path(file)) return false
      return ![...allowedEverywhere, ...(own?.allowed ?? [])].some((list) => list(file, commit))
    },
    allowsInLine: (ruleId, secret, line) => listsOfLines(ruleId).some((list) => list(secret, line)),
    isBuiltIn: (ruleId) => builtIn.has(ruleId),
    byName: (file) => byName.filter(({ matches }) => matches(file)).map(({ id }) => id),
  }
}

/** One file of a configuration. */
export interface Layer extends GitleaksConfig {
  readonly extend?: { readonly path?: string; readonly useDefault?: boolean; readonly disabledRules?: readonly string[] }
}

/** The rules of all layers: one that an inner layer has already is changed in what an outer one says of it, as in gitleaks. */
function merged(layers: readonly Layer[]): readonly GitleaksRule[] {
  const rules = new Map<string, GitleaksRule>()
  for (const rule of layers.flatMap((layer) => layer.rules ?? [])) {
    const { allowlist: _, ...before } = rules.get(rule.id) ?? { id: rule.id }
    const { allowlist: __, ...changes } = rule
    rules.set(rule.id, {
      ...before, ...changes, keywords: [...(before.keywords ?? []), ...(rule.keywords ?? [])], allowlists: [...(rules.has(rule.id) ? listsOf(before) : []), ...listsOf(rule)],
    })
  }
  return [...rules.values()]
}

/** A rule of ours with what a configuration allows, everywhere or where it names the rule. The same rule where that is nothing. */
function withAllowed(rule: Rule, named: GitleaksRule | undefined, everywhere: readonly GitleaksAllowlist[]): Rule {
  if (named === undefined && everywhere.length === 0) return rule
  const stand = { id: rule.id, regex: 'x', allowlists: named === undefined ? [] : listsOf(named) }
  const allow = rulesFromGitleaks({ rules: [stand], allowlists: everywhere }).rules[0]?.allow ?? []
  return allow.length === 0 ? rule : { ...rule, allow: [...(rule.allow ?? []), ...allow] }
}

const MAX_LAYERS = 4

function readLayers(path: string, depth: number): readonly Layer[] {
  if (depth > MAX_LAYERS) throw new TypeError('The configuration extends others more than four levels deep')
  const layer = parse(readFileSync(path, 'utf8')) as Layer
  const base = layer.extend?.path
  return [...(base === undefined ? [] : readLayers(resolve(dirname(path), base), depth + 1)), layer]
}

function listsOf(owner: { readonly allowlist?: GitleaksAllowlist; readonly allowlists?: readonly GitleaksAllowlist[] }): readonly GitleaksAllowlist[] {
  return [...(owner.allowlist === undefined ? [] : [owner.allowlist]), ...(owner.allowlists ?? [])]
}

function isBounded(list: GitleaksAllowlist): boolean {
  return list.condition?.toUpperCase() === 'AND' || list.condition === '&&'
}

type PlaceList = (file: string, commit: string | undefined) => boolean

/** The part of an allow-list that is about places. One that needs text besides is the scrubber's, which then never allows by it. */
function placeList(list: GitleaksAllowlist): readonly PlaceList[] {
  const paths = list.paths ?? []
  const commits = new Set((list.commits ?? []).map((commit) => commit.toLowerCase()))
  if (paths.length + commits.size === 0) return []
  const inPath = matcherOf(paths)
  const inCommit = (commit: string | undefined): boolean => commit !== undefined && commits.has(commit.toLowerCase())
  if (!isBounded(list)) return [(file, commit) => inPath(file) || inCommit(commit)]
  if ((list.regexes?.length ?? 0) + (list.stopwords?.length ?? 0) > 0) return []
  return [(file, commit) => (paths.length === 0 || inPath(file)) && (commits.size === 0 || inCommit(commit))]
}

type LineList = (secret: string, line: string) => boolean

function lineList({ patterns = [], stopwords = [], all = false }: AllowList): LineList {
  const inLine = matcherOf(patterns)
  const words = stopwords.map((word) => word.toLowerCase())
  const inSecret = (secret: string): boolean => words.some((word) => secret.toLowerCase().includes(word))
  return (secret, line) => (all ? (patterns.length === 0 || inLine(line)) && (words.length === 0 || inSecret(secret)) : inLine(line) || inSecret(secret))
}

/** Patterns in RE2's syntax over file names or lines, matched by the scrubber's own engine. */
function matcherOf(patterns: readonly string[]): Matcher {
  if (patterns.length === 0) return () => false
  const scrubber = createScrubber({ rules: patterns.map((pattern, index) => ({ id: `path-${index}`, description: 'path', pattern })) })
  const seen = new Map<string, boolean>()
  return (text) => {
    let matches = seen.get(text)
    if (matches === undefined) seen.set(text, (matches = scrubber.scrub(text).findings.length > 0))
    return matches
  }
}
