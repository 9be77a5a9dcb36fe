import type { BuilderRule, CallRule, Library } from './types.ts'

interface Pattern<Rule> {
  readonly matches: RegExp
  readonly rule: Rule
  /** Longer patterns say more. */
  readonly weight: number
}

interface Entry {
  readonly package: RegExp
  readonly library: Library
  readonly calls: readonly Pattern<CallRule>[]
  readonly builders: readonly Pattern<BuilderRule>[]
}

function escape(text: string): string {
  return text.replace(/[.+?^$()|[\]\\]/g, '\\$&')
}

/** `**` is any part of a path, `*` one name, `{a,b}` either. */
function compile(pattern: string): RegExp {
  // At the start, `**` stands for whole names: `**send` is not `Resend`.
  const start = pattern.startsWith('**') && pattern.length > 2 && pattern[2] !== '.'
  return new RegExp(start ? `^(?:.*\\.)?${glob(pattern.slice(2))}$` : `^${glob(pattern)}$`)
}

function glob(pattern: string): string {
  const parts = pattern.split(/(\*\*|\*|\{[^}]*\})/)
  return parts
    .map((part) => {
      if (part === '**') return '.*'
      if (part === '*') return '[^.()]*'
      return part.startsWith('{') ? `(?:${part.slice(1, -1).split(',').map(glob).join('|')})` : escape(part)
    })
    .join('')
}

function patterns<Rule>(rules: { readonly [pattern: string]: Rule } | undefined): Pattern<Rule>[] {
  return Object.entries(rules ?? {})
    .map(([pattern, rule]) => ({ matches: compile(pattern), rule, weight: pattern.replace(/\*+/g, '').length }))
    .sort((left, right) => right.weight - left.weight)
}

/** Finds what is known of a call, by package and path. */
export class LibraryIndex {
  readonly #entries: readonly Entry[]
  readonly #byPackage = new Map<string, readonly Entry[]>()
  readonly #calls = new Map<string, Map<string, CallRule | undefined>>()
  readonly #builders = new Map<string, Map<string, BuilderRule | undefined>>()

  constructor(libraries: readonly Library[]) {
    this.#entries = libraries.map((library) => ({
      package: new RegExp(`^(?:${library.packages.map((name) => escape(name).replaceAll('*', '.*')).join('|')})$`),
      library,
      calls: patterns(library.calls),
      builders: patterns(library.builders),
    }))
  }

  #of(name: string): readonly Entry[] {
    let entries = this.#byPackage.get(name)
    if (entries === undefined) this.#byPackage.set(name, (entries = this.#entries.filter((entry) => entry.package.test(name))))
    return entries
  }

  /** True if a library describes the package: shapes that hold for any client say nothing of it. */
  knows(name: string): boolean {
    return this.#of(name).some(({ library }) => !library.packages.includes('*'))
  }

  /** The rule of a call. */
  call(name: string, path: string): CallRule | undefined {
    return cached(this.#calls, name, path, () => find(this.#of(name), (entry) => entry.calls, path))
  }

  /** The builder that starts at a path: the path of the call that makes it, without its last `()`. */
  builder(name: string, path: string): BuilderRule | undefined {
    return cached(this.#builders, name, path, () => find(this.#of(name), (entry) => entry.builders, path))
  }
}

function cached<Rule>(cache: Map<string, Map<string, Rule | undefined>>, name: string, path: string, make: () => Rule | undefined): Rule | undefined {
  let paths = cache.get(name)
  if (paths === undefined) cache.set(name, (paths = new Map()))
  const known = paths.get(path)
  if (known !== undefined || paths.has(path)) return known
  const rule = make()
  paths.set(path, rule)
  return rule
}

function find<Rule>(entries: readonly Entry[], pick: (entry: Entry) => readonly Pattern<Rule>[], path: string): Rule | undefined {
  for (const entry of entries) for (const pattern of pick(entry)) if (pattern.matches.test(path)) return pattern.rule
  return undefined
}
