import { describe, expect, it } from 'vitest'
import { FormDataError, formDataToObject } from './form-data.ts'

function form(...fields: readonly (readonly [string, string | File])[]): FormData {
  const data = new FormData()
  for (const [name, value] of fields) data.append(name, value)
  return data
}

describe('formDataToObject', () => {
  it('nests by dots and brackets, and makes lists', () => {
    const data = form(['id', '1'], ['address.city', 'Paris'], ['address[zip]', '75'], ['items[0].sku', 'a'], ['items[1].sku', 'b'], ['tags[]', 'x'], ['tags[]', 'y'], ['size', 's'], ['size', 'm'])
    expect(formDataToObject(data)).toEqual({ id: '1', address: { city: 'Paris', zip: '75' }, items: [{ sku: 'a' }, { sku: 'b' }], tags: ['x', 'y'], size: ['s', 'm'] })
  })

  it("leaves out React's own fields and empty file fields, and keeps files", () => {
    const file = new File(['x'], 'x.txt')
    expect(formDataToObject(form(['$ACTION_REF_1', ''], ['$ACTION_ID_abc', ''], ['a', '1'], ['empty', new File([], '')], ['file', file]))).toEqual({ a: '1', file })
  })

  it('makes plain objects that no merge can turn into prototypes', () => {
    const object = formDataToObject(form(['a.b', '1'])) as { a: object }
    expect(Object.getPrototypeOf(object)).toBe(Object.prototype)
    expect(Object.getPrototypeOf(object.a)).toBe(Object.prototype)
  })

  it.each([['__proto__'], ['a.__proto__.b'], ['a[constructor]'], ['prototype[x]'], ['[x]'], ['a[b'], ['a..b'], ['a]b'], ['']])('refuses the field %j', (name) => {
    expect(() => formDataToObject(form([name, '1']))).toThrow(FormDataError)
  })

  it('refuses names that clash, nest too deeply, or are too many', () => {
    expect(() => formDataToObject(form(['a', '1'], ['a.b', '2']))).toThrow(FormDataError)
    expect(() => formDataToObject(form(['a.b', '1'], ['a', '2']))).toThrow(FormDataError)
    expect(() => formDataToObject(form(['a[1]', '1'], ['a[]', '2']))).toThrow(FormDataError)
    expect(() => formDataToObject(form(['a.a.a.a.a.a.a.a.a', '1']))).toThrow(FormDataError)
    expect(() => formDataToObject(form(...Array.from({ length: 1_001 }, (_, i) => [`f${i}`, 'x'] as const)))).toThrow(FormDataError)
  })
})
