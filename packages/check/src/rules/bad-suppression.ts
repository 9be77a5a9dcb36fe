import type { Rule } from './types.ts'

/** Reported by the reader of suppressions: see `suppress.ts`. */
export const badSuppression: Rule = {
  id: 'bad-suppression',
  title: 'A suppression has no reason, has expired, or names no rule',
  level: 'error',
  why: 'What is accepted without a reason, or for ever, is forgotten.',
  fix: 'Write why, and until when: `// sallyport-ignore missing-authentication until 2027-03-01: shown to every visitor`.',
  bad: `// sallyport-ignore missing-authentication`,
  good: `// sallyport-ignore missing-authentication until 2027-03-01: the list of shops is public`,
  standards: { api: ['API9:2023'], cwe: ['CWE-1059'] },
}
