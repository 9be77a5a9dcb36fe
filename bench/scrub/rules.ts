// The same rules for every contender: 150 of the provider pack, evenly taken from all its parts, and 20 known values.
import { providerRules, type Rule } from 'sallyport/scrub'
import { knownSecrets, random } from './text.ts'

/** The forms that documents are planted with, then others in turn. */
const PLANTED = /^(?:github-(?:pat|fine-grained-pat)|aws-access-key-id|openai-project-key|anthropic-key|slack-bot-token|gitlab-pat|npm-token|stripe-secret-key|google-api-key|sendgrid-key|huggingface-token|digitalocean-pat|jwt|postgres-url|private-key)$/

function take(count: number): readonly Rule[] {
  const planted = providerRules.filter(({ id }) => PLANTED.test(id))
  const others = providerRules.filter(({ id }) => !PLANTED.test(id))
  const rest = count - planted.length
  return [...planted, ...others.filter((_, index) => Math.floor((index * rest) / others.length) !== Math.floor(((index + 1) * rest) / others.length))]
}
export const RULES: readonly Rule[] = take(150)
export const SECRETS: Readonly<Record<string, string>> = knownSecrets(20, random(20))

/** The rules and values as the platform's regular expressions: for the contenders that use them, and the reference. */
export function expressions(rules: readonly Rule[], secrets: Readonly<Record<string, string>>): { readonly source: string; readonly flags: string; readonly group: number }[] {
  const found = rules.map((rule) => {
    const fold = rule.pattern.startsWith('(?i)')
    return { source: fold ? rule.pattern.slice(4) : rule.pattern, flags: fold ? 'gi' : 'g', group: typeof rule.secretGroup === 'number' ? rule.secretGroup : 0 }
  })
  for (const value of Object.values(secrets)) {
    const bytes = Buffer.from(value)
    const forms = new Set([value, bytes.toString('hex'), bytes.toString('hex').toUpperCase(), bytes.toString('base64').replace(/=+$/, ''), bytes.toString('base64url')])
    found.push({ source: [...forms].map((form) => form.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')).join('|'), flags: 'g', group: 0 })
  }
  return found
}
