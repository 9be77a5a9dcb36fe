import type { Rule } from '../rule.ts'
import { alwaysCaptures, capturesRepeat, minLength, type ParsedPattern, type PatternNode } from '../pattern/node.ts'
import { parsePattern } from '../pattern/parse.ts'
import { PatternError } from '../pattern/pattern-error.ts'
import { type Prefix, prefixesOf } from '../pattern/prefixes.ts'
import { compileProgram, type Program } from '../pattern/program.ts'
import { stripLead } from '../pattern/strip-lead.ts'
import { type CharSet, contains } from '../pattern/char-set.ts'
import { alwaysContains } from '../pattern/required.ts'
import { createFilter, type Filter, needsContext } from './filter.ts'

/** A rule, parsed and ready. What is costly and may never be needed is made on first use. */
export class CompiledRule {
  readonly rule: Rule
  readonly prefixes: readonly Prefix[] | undefined
  /** Groups whose text is redacted, the first one that is not empty. None: the whole match. */
  readonly groups: readonly number[]
  /** Whether one match can set a group more than once, so that its place is certain only at the end. */
  readonly movingGroup: boolean
  /** What was stripped from the front because it can't change what is redacted. Needed for `target: 'match'`. */
  readonly lead: { readonly set: CharSet; readonly max: number } | undefined
  /** Keywords, in lower case, one of which has to have occurred before a match, unless the match contains one. */
  readonly gate: readonly string[]
  readonly #node: PatternNode
  #program: Program | undefined
  #filter: Filter | undefined

  /** @throws PatternError for a pattern that is not supported, RangeError for a group that it doesn't have */
  constructor(rule: Rule) {
    const parsed = parsePattern(rule.pattern)
    if (minLength(parsed.node) === 0) throw new PatternError('A pattern that matches the empty text', rule.pattern, 0)
    this.rule = rule
    const groups = secretGroups(rule, parsed)
    // Where a match can pass by its groups, the whole match is what counts.
    this.groups = alwaysCaptures(parsed.node, new Set(groups)) ? groups : []
    this.movingGroup = this.groups.length > 1 || capturesRepeat(parsed.node, new Set(this.groups))
    const stripped = this.groups.length > 0 ? stripLead(parsed.node, new Set(this.groups)) : { node: parsed.node, lead: undefined }
    this.#node = stripped.node
    this.lead = stripped.lead
    const keywords = (rule.keywords ?? []).map((keyword) => keyword.toLowerCase())
    this.gate = keywords.length === 0 || alwaysContains(parsed.node, keywords) ? [] : keywords
    this.prefixes = prefixesOf(this.#node, new Set(this.groups))
  }

  get program(): Program {
    this.#program ??= compileProgram(this.#node, this.groups, this.rule.pattern)
    return this.#program
  }

  /** The checks beyond the pattern, or nothing where the rule has none: its matches are then certain at once. */
  get filter(): Filter | undefined {
    if (!hasFilter(this.rule)) return undefined
    this.#filter ??= createFilter(this.rule)
    return this.#filter
  }

  /** The part of the text before a match that its pattern, as it was written, would have taken in. */
  leadOf(before: string): string {
    if (!this.lead) return ''
    let from = before.length
    while (from > 0 && before.length - from < this.lead.max && contains(this.lead.set, before.charCodeAt(from - 1))) from -= 1
    return before.slice(from)
  }

  /** Whether a match may turn out not to count, for its content or for want of a keyword. */
  get uncertain(): boolean {
    return this.gate.length > 0 || hasFilter(this.rule)
  }

  /** Whether it looks at text before what it redacts. */
  get needsContext(): boolean {
    return this.gate.length > 0 || needsContext(this.rule)
  }
}

function hasFilter(rule: Rule): boolean {
  return rule.validate !== undefined || rule.minEntropy !== undefined || (rule.allow !== undefined && rule.allow.length > 0)
}

function secretGroups(rule: Rule, parsed: ParsedPattern): readonly number[] {
  const groups = rule.secretGroup === undefined ? [] : typeof rule.secretGroup === 'number' ? [rule.secretGroup] : rule.secretGroup
  for (const group of groups) {
    if (!Number.isInteger(group) || group < 0 || group > parsed.groups) {
      throw new RangeError(`Rule ${rule.id} has no group ${group}`)
    }
  }
  return groups.filter((group) => group > 0)
}
