import { lineAt, columnAt } from '../syntax/parse.ts'
import type { Place } from '../derive/facts.ts'
import type { ProjectContext, Report, Rule } from './types.ts'

const literals: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['a secret key of Stripe', /\b(?:sk|rk)_live_[0-9a-zA-Z]{16,}/],
  ['an access key of AWS', /\bAKIA[0-9A-Z]{16}\b/],
  ['a token of GitHub', /\bgh[pousr]_[0-9A-Za-z]{36}\b/],
  ['a token of Slack', /\bxox[abprs]-[0-9A-Za-z-]{10,}/],
  ['a key of OpenAI', /\bsk-(?:proj-)?[A-Za-z0-9_-]{32,}/],
  ['a private key', /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----/],
]
/** Shown in a form or in documentation: no secret. */
const placeholder = /EXAMPLE|your|x{4}|\.{3}|0{6}|123456|(.)\1{7}/i
const secretName = '(?!NEXT_PUBLIC_)([A-Z][A-Z0-9_]*(?:SECRET|PRIVATE_KEY|PASSWORD|SERVICE_ROLE|API_KEY|ACCESS_TOKEN|DATABASE_URL)[A-Z0-9_]*|DATABASE_URL)'
/** `process.env.NAME`, `process.env['NAME']`, `const { NAME } = process.env`. */
const secretVariables = [new RegExp(`process\\.env(?:\\.|\\[['"])${secretName}`), new RegExp(`\\{[^{}]*?\\b${secretName}\\b[^{}]*\\}\\s*=\\s*process\\.env\\b`)]
const publicSecret = /\bNEXT_PUBLIC_[A-Z0-9_]*(?:SECRET|PRIVATE_KEY|PASSWORD|SERVICE_ROLE|DATABASE_URL|API_SECRET|ACCESS_TOKEN|OPENAI_API_KEY|ANTHROPIC_API_KEY)[A-Z0-9_]*/g

function place(file: string, text: string, offset: number, shown: string): Place {
  return { file, line: lineAt(text, offset), column: columnAt(text, offset), text: shown }
}

export const secretInClient: Rule = {
  id: 'secret-in-client',
  title: 'A secret stands in a client file',
  level: 'error',
  why: 'Everything in a `\'use client\'` file goes to the browser.',
  fix: 'Move what needs the secret behind an action, and rotate the secret: it has been published.',
  bad: `'use client'
const stripe = new Stripe('sk_live_…')`,
  good: `'use client'
import { createCheckout } from './actions'`,
  standards: { nhi: ['NHI2:2025'], asvs: ['13.3.1', '14.2.6'], cwe: ['CWE-312', 'CWE-798'] },
  project: ({ base }: ProjectContext) => {
    const reports: Report[] = []
    for (const file of base.tree.files) {
      const text = base.tree.read(file)
      if (!text?.includes('use client') || !/^(?:\s|\/\/[^\n]*\n|\/\*[\s\S]*?\*\/)*['"]use client['"]/.test(text)) continue
      for (const [name, pattern] of literals) {
        const match = pattern.exec(text)
        if (match && !placeholder.test(match[0])) reports.push({ message: `${name} stands in a client file`, at: place(file, text, match.index, name), key: name })
      }
      const variable = text.includes('process.env') ? secretVariables.map((pattern) => pattern.exec(text)).find((match) => match !== null) : undefined
      if (variable) reports.push({ message: `${variable[1] ?? 'a secret'} is read in a client file: it is undefined there, or published by the build`, at: place(file, text, variable.index + variable[0].indexOf(variable[1] ?? ''), variable[0]), level: 'warning', key: variable[1] ?? '' })
    }
    return reports
  },
}

export const secretInPublicVariable: Rule = {
  id: 'secret-in-public-variable',
  title: 'A public variable is named like a secret',
  level: 'error',
  why: 'The build writes the value of every `NEXT_PUBLIC_` variable into the client bundle.',
  fix: 'Rename the variable without the prefix, read it only on the server, and rotate the secret.',
  bad: `const key = process.env.NEXT_PUBLIC_OPENAI_API_KEY`,
  good: `const key = process.env.OPENAI_API_KEY`,
  standards: { nhi: ['NHI2:2025'], asvs: ['13.3.1'], cwe: ['CWE-526', 'CWE-200'] },
  project: ({ base }: ProjectContext) => {
    const reports: Report[] = []
    const seen = new Set<string>()
    for (const file of [...base.tree.files, ...base.tree.manifests.filter((path) => path.includes('/.env'))]) {
      const text = base.tree.read(file)
      if (!text?.includes('NEXT_PUBLIC_')) continue
      for (const match of text.matchAll(publicSecret)) {
        if (seen.has(match[0])) continue
        seen.add(match[0])
        reports.push({ message: `${match[0]} goes into every client bundle`, at: place(file, text, match.index, match[0]), key: match[0] })
      }
    }
    return reports
  },
}
