import { alwaysCaptures, capturesRepeat, minLength, type ParsedPattern, type PatternNode } from '../pattern/node.ts'
import { alwaysContains } from '../pattern/required.ts'
import { type CharSet, contains } from '../pattern/char-set.ts'
import type { Beginning } from '../packs/rows.ts'
import { parsePattern } from '../pattern/parse.ts'
import { PatternError } from '../pattern/pattern-error.ts'
import { AFTER_WORD, ANYWHERE, type Beginnings, type Prefix, prefixesOf, type Shape, shapesWithRun } from '../pattern/prefixes.ts'
import { compileProgram, type Program } from '../pattern/program.ts'
import { stripLead } from '../pattern/strip-lead.ts'
import type { Rule } from '../rule.ts'
import { RuleMachine } from './rule-machine.ts'
import type { ThreadList } from './thread-list.ts'
import { checkAllowLists, createFilter, type Filter, needsContext } from './filter.ts'

const MAX_IDLE = 4

/** A rule, parsed and ready. What is costly and may never be needed is made on first use. */
export class CompiledRule {
  readonly rule: Rule
  /** How its matches begin; nothing where they can begin in too many ways, so that every character has to be tried. */
  readonly prefixes: readonly Prefix[] | undefined
  /** Keywords, in lower case, one of which has to have occurred before a match, unless the match contains one. */
  readonly gate: readonly string[]
  #beginnings: Beginnings | undefined
  #shape: ParsedRule | undefined
  #program: Program | undefined
  #filter: Filter | undefined
  readonly #seeded = new Map<string, ThreadList>()
  readonly #idle: RuleMachine[] = []

  /**
   * @param beginning how every match begins, where that is known: the pattern is then parsed when it is needed
   * @throws PatternError for a pattern that is not supported, RangeError for a group that it doesn't have
   */
  constructor(rule: Rule, beginning?: Beginning) {
    this.rule = rule
    if (beginning) {
      const { text, bounded } = beginning
      const after = bounded ? ANYWHERE & ~AFTER_WORD : ANYWHERE
      this.prefixes = [{ text, after, lead: 0, masks: [after] }]
      this.gate = []
      return
    }
    checkAllowLists(rule)
    const shape = this.#parsed
    const keywords = (rule.keywords ?? []).map((keyword) => keyword.toLowerCase())
    this.gate = keywords.length === 0 || alwaysContains(shape.node, keywords) ? [] : keywords
    this.#beginnings = prefixesOf(shape.node, new Set(shape.groups))
    this.prefixes = this.#beginnings?.prefixes
  }

  /** What the prefilter looks for: as the prefixes, but further in. */
  get shapes(): readonly Shape[] {
    if (this.prefixes === undefined) return []
    const { node, groups } = this.#parsed
    return shapesWithRun(node) ?? (this.#beginnings ?? prefixesOf(node, new Set(groups)))?.shapes ?? []
  }

  get #parsed(): ParsedRule {
    this.#shape ??= parseRule(this.rule)
    return this.#shape
  }

  /** Groups whose text is redacted, the first one that is not empty. None: the whole match. */
  get groups(): readonly number[] {
    return this.#parsed.groups
  }

  /** Whether one match can set a group more than once, so that its place is certain only at the end. */
  get movingGroup(): boolean {
    return this.#parsed.movingGroup
  }

  get program(): Program {
    this.#program ??= compileProgram(this.#parsed.node, this.groups)
    return this.#program
  }

  /** The checks beyond the pattern, or nothing where the rule has none: its matches are then certain at once. */
  get filter(): Filter | undefined {
    if (!hasFilter(this.rule)) return undefined
    this.#filter ??= createFilter(this.rule)
    return this.#filter
  }

  /**
   * The threads of a machine that has read this beginning, as if it stood at the start of the text.
   *
   * @param before the character before it, or one of the same kind
   */
  seeded(prefix: string, before: number): ThreadList {
    const key = `${before} ${prefix}`
    const known = this.#seeded.get(key)
    if (known) return known
    const machine = new RuleMachine(this)
    machine.begin(0, before)
    let previous = before
    for (let i = 0; i < prefix.length; i += 1) {
      const code = prefix.charCodeAt(i)
      machine.step(code, i, previous)
      previous = code
    }
    this.#seeded.set(key, machine.threads)
    return machine.threads
  }

  /** A machine that is used by no text, or a new one. */
  takeMachine(): RuleMachine {
    return this.#idle.pop() ?? new RuleMachine(this)
  }

  /** Gives a machine back whose candidates are all decided. */
  giveMachine(machine: RuleMachine): void {
    machine.reset()
    if (this.#idle.length < MAX_IDLE) this.#idle.push(machine)
  }

  /** The part of the text before a match that its pattern, as it was written, would have taken in. */
  leadOf(before: string): string {
    const { lead } = this.#parsed
    if (!lead) return ''
    let from = before.length
    while (from > 0 && before.length - from < lead.max && contains(lead.set, before.charCodeAt(from - 1))) from -= 1
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

/** A text as a sequence of sets of one character. */
export function setsOf(text: string): readonly CharSet[] {
  return Array.from({ length: text.length }, (_, i) => [text.charCodeAt(i), text.charCodeAt(i)])
}

/** What there is to know about a rule's pattern. */
interface ParsedRule {
  readonly node: PatternNode
  readonly groups: readonly number[]
  readonly movingGroup: boolean
  /** What was taken off the front because it can't change what is redacted. */
  readonly lead: { readonly set: CharSet; readonly max: number } | undefined
}

function parseRule(rule: Rule): ParsedRule {
  const parsed = parsePattern(rule.pattern)
  if (minLength(parsed.node) === 0) throw new PatternError('A pattern that matches the empty text', rule.pattern, 0)
  const wanted = new Set(secretGroups(rule, parsed))
  // Where a match can pass by its groups, the whole match is what counts.
  const groups = alwaysCaptures(parsed.node, wanted) ? [...wanted] : []
  const { node, lead } = groups.length > 0 ? stripLead(parsed.node, wanted) : { node: parsed.node, lead: undefined }
  return { node, groups, movingGroup: groups.length > 1 || capturesRepeat(node, wanted), lead }
}

function hasFilter(rule: Rule): boolean {
  return rule.validate !== undefined || rule.minEntropy !== undefined || (rule.allow !== undefined && rule.allow.length > 0)
}

function secretGroups(rule: Rule, parsed: ParsedPattern): readonly number[] {
  const groups = rule.secretGroup === undefined ? [] : typeof rule.secretGroup === 'number' ? [rule.secretGroup] : rule.secretGroup
  for (const group of groups) {
    if (!Number.isInteger(group) || group < 0 || group > parsed.groups) throw new RangeError(`Rule ${rule.id} has no group ${group}`)
  }
  return groups.filter((group) => group > 0)
}
