import type { AllowList, Rule, Validator } from '../rule.ts'
import { parsePattern } from '../pattern/parse.ts'
import { Searcher } from '../pattern/search.ts'
import { entropy } from './entropy.ts'

/** What a match looks like to the checks beyond the pattern. */
export interface Candidate {
  readonly secret: string
  readonly match: string
  readonly line: string
}

/** True where a match is a finding. */
export interface Filter {
  readonly needsContext: boolean
  accept(candidate: Candidate): boolean
}

/** Entropy, validator and allow-lists of a rule, cheapest first. */
export function createFilter(rule: Rule): Filter {
  const allow = (rule.allow ?? []).map(compileAllowList)
  return {
    needsContext: needsContext(rule),
    accept(candidate) {
      if (rule.minEntropy !== undefined && entropy(candidate.secret) <= rule.minEntropy) return false
      if (rule.validate && !isValid(rule.validate, candidate.secret)) return false
      return !allow.some((allows) => allows(candidate))
    },
  }
}

/** A validator that throws has not said no. What it throws is dropped: it may hold what it was given. */
function isValid(validate: Validator, secret: string): boolean {
  try {
    return validate(secret)
  } catch {
    return true
  }
}

/** Whether anything of the rule looks at more than the secret. */
export function needsContext(rule: Rule): boolean {
  return (rule.allow ?? []).some((list) => list.target === 'match' || list.target === 'line')
}

/** Lists that many rules share are read once. */
const checked = new WeakSet<readonly string[]>()
const searchersOf = new WeakMap<readonly string[], readonly Searcher[]>()

/** @throws PatternError for a pattern of an allow-list that is not supported */
export function checkAllowLists(rule: Rule): void {
  for (const { patterns } of rule.allow ?? []) {
    if (!patterns || checked.has(patterns)) continue
    patterns.forEach(parsePattern)
    checked.add(patterns)
  }
}

function compile(patterns: readonly string[]): readonly Searcher[] {
  let searchers = searchersOf.get(patterns)
  if (!searchers) searchersOf.set(patterns, (searchers = patterns.map((pattern) => new Searcher(pattern))))
  return searchers
}

function compileAllowList(list: AllowList): (candidate: Candidate) => boolean {
  const searchers = compile(list.patterns ?? [])
  const stopwords = (list.stopwords ?? []).map((word) => word.toLowerCase())
  const target = list.target ?? 'secret'
  return (candidate) => {
    const byPattern = (): boolean => searchers.some((searcher) => searcher.test(candidate[target]))
    const byWord = (): boolean => {
      const lower = candidate.secret.toLowerCase()
      return stopwords.some((word) => lower.includes(word))
    }
    if (!list.all) return byPattern() || byWord()
    return (searchers.length > 0 || stopwords.length > 0) && (searchers.length === 0 || byPattern()) && (stopwords.length === 0 || byWord())
  }
}
