import type { PhraseRule } from './phrases.ts'
import { WORD_CLASSES, type WordClass } from './word-classes.ts'

/** One step of phrases: a word of some classes, so many words behind the step before. Phrases with the same beginning share its steps. */
export interface Step {
  readonly before: Step | undefined
  readonly gap: number
  readonly depth: number
  readonly classes: readonly WordClass[]
  /** The rules, by number, whose last step this is. */
  readonly completes: number[]
}

interface Token { readonly classes: readonly WordClass[]; readonly gap: number; readonly optional: boolean }

/** Reads a phrase as `PhraseRule` describes it. Throws a `RangeError` that names what it could not read. */
function parsePhrase(phrase: string): Token[] {
  const tokens: Token[] = []
  let gap = 2
  for (const part of phrase.split(/\s+/)) {
    if (/^~\d+$/.test(part)) {
      gap = Number(part.slice(1))
      continue
    }
    const optional = part.endsWith('?')
    const classes = (optional ? part.slice(0, -1) : part).split('|')
    for (const name of classes) {
      if (!(WORD_CLASSES as readonly string[]).includes(name)) throw new RangeError(`The phrase "${phrase}" names the word class "${name}", which there is not.`)
    }
    tokens.push({ classes: classes as WordClass[], gap, optional })
    gap = 2
  }
  if (tokens.length < 2 || tokens[0]?.optional === true) throw new RangeError(`The phrase "${phrase}" needs two words at least, and its first can't be optional.`)
  return tokens
}

/** A phrase with optional words stands for one with and one without each. */
function expand(tokens: readonly Token[]): Token[][] {
  const at = tokens.findIndex((token) => token.optional)
  if (at < 0) return [[...tokens]]
  const token = tokens[at] as Token
  return [
    ...expand([...tokens.slice(0, at), { ...token, optional: false }, ...tokens.slice(at + 1)]),
    ...expand([...tokens.slice(0, at), ...tokens.slice(at + 1)]),
  ]
}

/** The first steps of all rules, and the others: shallow ones first, and those behind one step side by side. */
export function compileSteps(rules: readonly PhraseRule[]): { readonly first: readonly Step[]; readonly others: readonly Step[] } {
  const root = new Map<string, Step>()
  const behind = new Map<Step, Map<string, Step>>()
  rules.forEach((rule, number) => {
    for (const tokens of expand(parsePhrase(rule.phrase))) {
      let before: Step | undefined
      let siblings = root
      tokens.forEach(({ classes, gap }, depth) => {
        const key = `${depth === 0 ? '' : gap} ${classes.join('|')}`
        let step = siblings.get(key)
        if (step === undefined) {
          siblings.set(key, (step = { before, gap, depth, classes, completes: [] }))
          behind.set(step, new Map())
        }
        before = step
        siblings = behind.get(step) as Map<string, Step>
      })
      before?.completes.push(number)
    }
  })
  const behindOf = (step: Step): Step[] => [...(behind.get(step) as Map<string, Step>).values()]
  const first = [...root.values()]
  const others = first.flatMap((step) => behindOf(step))
  // Those that are added while this goes on have their turn as well.
  for (const step of others) others.push(...behindOf(step))
  return { first, others }
}
