/** Why a secret can't be used. */
export type SecretProblemKind =
  | 'missing' | 'empty' | 'placeholder' | 'unreadable' | 'unfit' | 'shared-environment' | 'shared-principal' | 'overdue' | 'revoked'

/** One thing that is wrong with one secret. Says the name, never the value. */
export interface SecretProblem {
  readonly name: string
  readonly kind: SecretProblemKind
  readonly message: string
}

/** Thrown at start with all that is wrong, and where a secret that can't be given is revealed. */
export class SecretsError extends Error {
  override readonly name = 'SecretsError'
  readonly problems: readonly SecretProblem[]

  constructor(problems: readonly SecretProblem[]) {
    const lines = problems.map((problem) => `  ${problem.name}: ${problem.message}`)
    super(problems.length === 1 ? `${problems[0]?.name}: ${problems[0]?.message}` : `${problems.length} secrets can't be used:\n${lines.join('\n')}`)
    this.problems = problems
  }
}

const WORDS = new Set(
  'changeme change-me change_me placeholder todo tbd fixme dummy example sample test testing secret password passwd none null undefined nil n/a na foo bar foobar redacted removed hidden replaceme replace-me replace_me yoursecret yoursecrethere insert-here xxx default unset value key token apikey api-key api_key'.split(' '),
)

/** True for what people write where a secret should be: `changeme`, `<your key>`, `xxxxxxxx`, `${STRIPE_KEY}`, `your-api-key-here`. */
export function isPlaceholder(value: string): boolean {
  const text = value.trim().replace(/^["']|["']$/g, '').toLowerCase()
  if (WORDS.has(text)) return true
  if (/^(.)\1*$/.test(text)) return true
  if (/^<[^>]*>$|^\$\{[^}]*\}$|^\{\{[^}]*\}\}$|^%[a-z_]+%$|^\[[a-z _-]+\]$/.test(text)) return true
  if (/^(?:your|my|the|an?|some|enter|insert|put|add|paste|replace|change)[-_ ](?:[a-z]+[-_ ]?)*$/.test(text)) return true
  return /^(?:sk|pk|rk|api|key|token|secret)[-_](?:x{3,}|\*{3,}|\.{3}|your|test[-_]?x{3,}|live[-_]?x{3,})/.test(text) || /[-_](?:here|placeholder|changeme)$/.test(text)
}
