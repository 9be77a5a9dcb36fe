import type { Finding } from '../types.ts'
import { representative } from '../pattern/prefixes.ts'
import type { CompiledRule } from './compiled-rule.ts'
import { LiteralMachine } from './literal-machine.ts'
import type { Match } from './match.ts'
import type { Plan, Target } from './plan.ts'
import { RuleMachine } from './rule-machine.ts'
import { SpanList } from './span-list.ts'

/** Findings beyond this many are redacted like the others, but not listed: memory stays bounded. */
export const MAX_FINDINGS = 1000
/** A known value that the end of the text cuts off is redacted from this many characters on. */
const CUT_OFF_LENGTH = 8

type LiteralTarget = Extract<Target, { kind: 'secret' | 'keyword' }>

/** Gives the text between two offsets, as far back as it is kept. */
export type TextSource = (start: number, end: number) => string

/** Everything that is live while a text is read: the machines of candidates, and what they have decided. */
export class Scanner {
  readonly spans: SpanList = new SpanList()
  readonly findings: Finding[] = []
  /** Characters read. */
  at = 0
  /** State of the prefix automaton. */
  state: number
  /** From where on a check may yet want to see the text, although another has redacted it. As `undecidedFrom` found it. */
  neededFrom = 0
  readonly #plan: Plan
  #before = -1
  readonly #liveRules: RuleMachine[] = []
  /** Where the last match of a rule ended, whose machine was given back. */
  readonly #floors = new Map<CompiledRule, number>()
  readonly #literals = new Map<LiteralTarget, LiteralMachine>()
  readonly #liveLiterals: { readonly target: LiteralTarget; readonly machine: LiteralMachine }[] = []
  /** The place of each rule's last finding in the list. */
  readonly #latest = new Map<string, number>()
  /** Where the first of a gated rule's keywords ended. */
  readonly #gates = new Map<CompiledRule, number>()

  constructor(plan: Plan) {
    this.#plan = plan
    this.state = plan.automaton.start
    for (const rule of plan.dense) this.#liveRules.push(rule.takeMachine())
  }

  /** Whether nothing but the prefix automaton's state has to be carried to the next character. */
  get idle(): boolean {
    return this.#liveRules.length === 0 && this.#liveLiterals.length === 0
  }

  /**
   * Reads a text.
   *
   * @param source gives what has been read, this text included
   */
  readText(text: string, source: TextSource): void {
    const { quietPass } = this.#plan
    let i = 0
    while (i < text.length) {
      if (this.idle) {
        const stopped = quietPass.run(text, i, this.state)
        this.state = quietPass.state
        this.at += stopped - i
        i = stopped
        if (i === text.length) break
      }
      this.read(text.charCodeAt(i), source)
      i += 1
    }
  }

  /** Reads one character. */
  read(code: number, text: TextSource): void {
    const { next, columns, alarm, reports } = this.#plan.automaton
    const at = this.at
    this.state = next[this.state + columns[code]!]!
    for (const machine of this.#liveRules) machine.step(code, at, this.#before)
    this.at = at + 1
    for (const { machine, target } of this.#liveLiterals) if (machine.step(code)) this.#literalMatched(target)
    if (this.state >= alarm) {
      for (const { trigger, after } of reports.get(this.state)!) {
        this.#start(this.#plan.targets[trigger.target]!, trigger.text, at + 1 - trigger.text.length, representative(after))
      }
    }
    this.#before = code
    this.#settle(text)
  }

  /** The text ends here. */
  finish(text: TextSource): void {
    for (const machine of this.#liveRules) {
      machine.finish(this.at, this.#before)
      for (const match of machine.final) this.#accept(machine.rule, match, text)
    }
    for (const { target, machine } of this.#liveLiterals) {
      if (target.kind === 'secret' && machine.matched >= CUT_OFF_LENGTH) this.#redact(target.finding, this.at - machine.matched, this.at)
    }
    this.#releaseAll()
  }

  /** The text breaks off: whatever is live is taken for what it may have become. */
  abandon(): void {
    for (const machine of this.#liveRules) {
      if (machine.holdFrom < this.at) this.#redact(machine.rule.rule.id, machine.holdFrom, this.at, machine.rule.rule.placeholder)
    }
    for (const { target, machine } of this.#liveLiterals) {
      if (target.kind === 'secret' && machine.matched > 0) this.#redact(target.finding, this.at - machine.matched, this.at)
    }
    this.#releaseAll()
  }

  /** Where what can't be decided yet begins. Also decides what is certain whatever comes. */
  undecidedFrom(): number {
    for (const machine of this.#liveRules) {
      const certain = machine.certain()
      if (certain) this.spans.add(certain.secretStart, certain.secretEnd, machine.rule.rule.placeholder ?? this.#plan.placeholder)
    }
    const { next, holdColumn } = this.#plan.automaton
    const begun = this.at - next[this.state + holdColumn]!
    let from = this.spans.uncovered(begun)
    this.neededFrom = begun
    for (const machine of this.#liveRules) {
      if (machine.holdFrom < this.neededFrom && machine.rule.uncertain) this.neededFrom = machine.holdFrom
      if (machine.holdFrom < from) from = Math.min(from, this.spans.uncovered(machine.holdFrom))
    }
    for (const { target, machine } of this.#liveLiterals) {
      if (target.kind === 'secret') from = Math.min(from, this.spans.uncovered(this.at - machine.matched))
    }
    return Math.min(from, this.at)
  }

  #releaseAll(): void {
    for (const machine of this.#liveRules) machine.rule.giveMachine(machine)
    this.#liveRules.length = 0
    this.#liveLiterals.length = 0
  }

  #start(target: Target, prefix: string, at: number, before: number): void {
    if (target.kind === 'rule') {
      this.#machine(target.rule).seed(prefix, at, before)
      return
    }
    if (target.kind === 'keyword' && this.#gates.has(target.rule)) return
    let machine = this.#literals.get(target)
    if (!machine) this.#literals.set(target, (machine = new LiteralMachine(target.literal)))
    const live = machine.matched > 0
    if (machine.begin()) this.#literalMatched(target)
    if (!live && machine.matched > 0 && !this.#liveLiterals.some((other) => other.machine === machine)) {
      this.#liveLiterals.push({ target, machine })
    }
  }

  #machine(rule: CompiledRule): RuleMachine {
    for (const live of this.#liveRules) if (live.rule === rule) return live
    const machine = rule.takeMachine()
    machine.floor = this.#floors.get(rule) ?? 0
    this.#liveRules.push(machine)
    return machine
  }

  #literalMatched(target: LiteralTarget): void {
    if (target.kind === 'secret') this.#redact(target.finding, this.at - target.literal.text.length, this.at)
    else if (!this.#gates.has(target.rule)) this.#gates.set(target.rule, this.at)
  }

  #settle(text: TextSource): void {
    const rules = this.#liveRules
    let kept = 0
    for (const machine of rules) {
      machine.settle(this.at, this.#plan.maxCandidate)
      if (machine.final.length > 0) for (const match of machine.final) this.#accept(machine.rule, match, text)
      if (machine.overdue.length > 0) for (const match of machine.overdue) this.#redactMatch(machine.rule, match)
      if (machine.live || machine.rule.prefixes === undefined) rules[kept++] = machine
      else this.#release(machine)
    }
    // Setting a length is slow, even to what it is.
    if (kept < rules.length) rules.length = kept
    const literals = this.#liveLiterals
    if (literals.length === 0) return
    kept = 0
    for (const literal of literals) if (literal.machine.matched > 0) literals[kept++] = literal
    if (kept < literals.length) literals.length = kept
  }

  #release(machine: RuleMachine): void {
    if (machine.floor > 0) this.#floors.set(machine.rule, machine.floor)
    machine.rule.giveMachine(machine)
  }

  #accept(rule: CompiledRule, match: Match, text: TextSource): void {
    if (match.secretStart === match.secretEnd) return
    const { filter } = rule
    const placeholder = rule.rule.placeholder ?? this.#plan.placeholder
    const secret = text(match.secretStart, match.secretEnd)
    // What an earlier run left behind is neither found again nor counted again.
    if (secret === placeholder) return
    if (match.secretEnd - match.secretStart < this.#plan.maxCandidate) {
      if (!this.#gateOpen(rule, match, text)) return
      if (filter && !filter.accept(filter.needsContext ? this.#context(rule, match, secret, text) : { secret, match: '', line: '' })) return
    }
    this.#redactMatch(rule, match)
  }

  #gateOpen(rule: CompiledRule, match: Match, text: TextSource): boolean {
    if (rule.gate.length === 0 || (this.#gates.get(rule) ?? Infinity) <= match.start) return true
    const matched = text(match.start, match.end).toLowerCase()
    return rule.gate.some((keyword) => matched.includes(keyword))
  }

  #context(rule: CompiledRule, match: Match, secret: string, text: TextSource): { secret: string; match: string; line: string } {
    const known = text(match.start - this.#plan.maxCandidate, match.start)
    const lead = rule.leadOf(known)
    const matched = lead + text(match.start, match.end)
    const line = known.slice(known.lastIndexOf('\n') + 1) + text(match.start, this.at)
    return { secret, match: matched, line: line.split('\n', 1)[0]! }
  }

  #redactMatch(rule: CompiledRule, match: Match): void {
    this.#redact(rule.rule.id, match.secretStart, match.secretEnd, rule.rule.placeholder)
  }

  #redact(finding: string, start: number, end: number, placeholder: string = this.#plan.placeholder): void {
    this.spans.add(start, end, placeholder)
    // A candidate that outgrew its bound is reported anew with each character.
    const { findings } = this
    const index = this.#latest.get(finding)
    if (index !== undefined && findings[index]!.start === start) {
      if (findings[index]!.end < end) findings[index] = { rule: finding, start, end }
    } else if (findings.length < MAX_FINDINGS) this.#latest.set(finding, findings.push({ rule: finding, start, end }) - 1)
  }
}
