import { expect, it } from 'vitest'
import { formatIssues } from './validation-errors.ts'

it('keeps as many issues as somebody could read, so that many bad items are not answered with a large text', () => {
  const issues = Array.from({ length: 50_000 }, (_, i) => ({ message: 'Invalid input', path: ['tags', i] }))
  expect(Object.keys(formatIssues(issues)['tags'] as object)).toHaveLength(1_000)
})
