/** The part of a gitleaks configuration that says what is a secret (version 8). */
export interface GitleaksConfig {
  readonly rules?: readonly GitleaksRule[]
  /** Another configuration, of which this one says what is different. */
  readonly extend?: GitleaksExtend
  /** Before 8.25 a single table. */
  readonly allowlist?: GitleaksAllowlist
  readonly allowlists?: readonly GitleaksAllowlist[]
}

export interface GitleaksExtend {
  /** gitleaks' own. */
  readonly useDefault?: boolean
  readonly path?: string
  readonly disabledRules?: readonly string[]
}

export interface GitleaksRule {
  readonly id: string
  readonly description?: string
  readonly regex?: string
  readonly path?: string
  readonly secretGroup?: number
  readonly entropy?: number
  readonly keywords?: readonly string[]
  readonly allowlist?: GitleaksAllowlist
  readonly allowlists?: readonly GitleaksAllowlist[]
}

export interface GitleaksAllowlist {
  readonly condition?: string
  readonly regexTarget?: string
  readonly regexes?: readonly string[]
  readonly stopwords?: readonly string[]
  readonly paths?: readonly string[]
  readonly commits?: readonly string[]
  /** Of a global list: the rules that it is for. */
  readonly targetRules?: readonly string[]
}

/**
 * Checks that a parsed document has the shape of a configuration.
 *
 * @throws TypeError that names the first part that hasn't
 */
export function readConfig(document: unknown): GitleaksConfig {
  const config = table(document, 'The configuration')
  const rules = list(config['rules'], 'rules').map((rule, index) => readRule(rule, index))
  return { rules, allowlists: allowlists(config, 'The configuration'), ...optional('extend', readExtend(config['extend'])) }
}

function readExtend(value: unknown): GitleaksExtend | undefined {
  if (value === undefined) return undefined
  const extend = table(value, 'extend')
  return {
    useDefault: extend['useDefault'] === true,
    ...optional('path', text(extend['path'] ?? extend['url'], 'path of extend')),
    disabledRules: texts(extend['disabledRules'], 'disabledRules of extend'),
  }
}

function readRule(value: unknown, index: number): GitleaksRule {
  const rule = table(value, `Rule ${index + 1}`)
  const id = rule['id']
  if (typeof id !== 'string' || id === '') throw new TypeError(`Rule ${index + 1} has no id`)
  return {
    id,
    ...optional('description', said(rule['description'], `description of ${id}`)),
    ...optional('regex', said(rule['regex'], `regex of ${id}`)),
    ...optional('path', said(rule['path'], `path of ${id}`)),
    ...optional('secretGroup', number(rule['secretGroup'], `secretGroup of ${id}`)),
    ...optional('entropy', number(rule['entropy'], `entropy of ${id}`)),
    keywords: texts(rule['keywords'], `keywords of ${id}`),
    allowlists: allowlists(rule, id),
  }
}

/** Both spellings: `[allowlist]` and `[[allowlists]]`. */
function allowlists(owner: Readonly<Record<string, unknown>>, name: string): readonly GitleaksAllowlist[] {
  const single = owner['allowlist']
  return [...(single === undefined ? [] : [single]), ...list(owner['allowlists'], `allowlists of ${name}`)].map((value) => {
    const allow = table(value, `An allow-list of ${name}`)
    return {
      ...optional('condition', word(lower(allow['condition']), CONDITIONS, `condition of ${name}`)),
      ...optional('regexTarget', word(allow['regexTarget'], TARGETS, `regexTarget of ${name}`)),
      regexes: texts(allow['regexes'], `regexes of ${name}`),
      stopwords: texts(allow['stopwords'], `stopwords of ${name}`),
      paths: texts(allow['paths'], `paths of ${name}`),
      commits: texts(allow['commits'], `commits of ${name}`),
      targetRules: texts(allow['targetRules'], `targetRules of ${name}`),
    }
  })
}

function table(value: unknown, name: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new TypeError(`${name} is not a table`)
  return value as Readonly<Record<string, unknown>>
}

function list(value: unknown, name: string): readonly unknown[] {
  if (value === undefined) return []
  if (!Array.isArray(value)) throw new TypeError(`${name} is not a list`)
  return value as readonly unknown[]
}

function texts(value: unknown, name: string): readonly string[] {
  return list(value, name).map((item) => text(item, name) ?? '')
}

function text(value: unknown, name: string): string | undefined {
  if (value === undefined || typeof value === 'string') return value
  throw new TypeError(`${name} is not a text`)
}

/** An empty text says nothing: what another configuration says stays. */
function said(value: unknown, name: string): string | undefined {
  return text(value, name) || undefined
}

const CONDITIONS = ['', 'or', '||', 'and', '&&']
const TARGETS = ['', 'secret', 'match', 'line']

/** One of some words: taking another for the default would let through what was not meant to be allowed. */
function word(value: unknown, known: readonly string[], name: string): string | undefined {
  const given = text(value, name)
  if (given === undefined || known.includes(given)) return given
  throw new TypeError(`${name} is none of ${known.slice(1).join(', ')}`)
}

function lower(value: unknown): unknown {
  return typeof value === 'string' ? value.toLowerCase() : value
}

function number(value: unknown, name: string): number | undefined {
  if (value === undefined || typeof value === 'number') return value
  if (typeof value === 'bigint') return Number(value)
  throw new TypeError(`${name} is not a number`)
}

function optional<K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [P in K]?: V })
}
