import { expect, test, vi } from 'vitest'
import { DefinitionError, SallyportError } from './sallyport-error.ts'

test('an error of another copy of the module is one too', async () => {
  vi.resetModules()
  const copy = await import('./sallyport-error.ts')
  expect(copy.SallyportError).not.toBe(SallyportError)
  expect(new copy.SallyportError('CONFLICT')).toBeInstanceOf(SallyportError)
})

test.each([null, undefined, 'CONFLICT', {}, new Error('x'), new DefinitionError('x'), { code: 'CONFLICT', name: 'SallyportError' }])('%s is none', (value) => {
  expect(value).not.toBeInstanceOf(SallyportError)
})
