import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fieldTree, intersectFields, narrow, pathsWithin } from './field-tree.ts'

const name = fc.constantFrom('a', 'b', 'c')
const paths = fc.array(fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('.')), { maxLength: 5 })
const { value } = fc.letrec((tie) => ({
  value: fc.oneof({ depthSize: 'small' }, fc.integer(), fc.constant(null), fc.array(tie('value'), { maxLength: 3 }), fc.dictionary(name, tie('value'), { maxKeys: 3 })),
}))

/** Paths of all that a value says, lists seen through. */
function said(value: unknown, at: readonly string[] = []): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => said(item, at))
  if (typeof value === 'object' && value !== null) return Object.entries(value).flatMap(([key, field]) => said(field, [...at, key]))
  return value === null || value === undefined ? [] : [at.join('.')]
}

describe('narrowing', () => {
  it('leaves nothing that is not on the list, and all that is', () => {
    fc.assert(
      fc.property(value, paths, (whole, list) => {
        const left = said(narrow(whole, fieldTree(list)))
        expect(left.filter((path) => !pathsWithin([path], list))).toEqual([])
        expect(left).toEqual(expect.arrayContaining(said(whole).filter((path) => path !== '' && pathsWithin([path], list))))
      }),
    )
  })

  it('by two lists is narrowing by one after the other', () => {
    fc.assert(
      fc.property(value, paths, paths, (whole, one, other) => {
        const both = intersectFields(fieldTree(one), fieldTree(other))
        expect(said(narrow(whole, both ?? fieldTree([]))).sort()).toEqual(said(narrow(narrow(whole, fieldTree(one)), fieldTree(other))).sort())
      }),
    )
  })

  it('by what lies within a list leaves no more than that list', () => {
    fc.assert(
      fc.property(value, paths, paths, (whole, part, list) => {
        fc.pre(pathsWithin(part, list))
        const allowed = new Set(said(narrow(whole, fieldTree(list))))
        for (const path of said(narrow(whole, fieldTree(part)))) expect(allowed).toContain(path)
      }),
    )
  })

  it('drops what has no fields, and is not fooled by names of the prototype', () => {
    expect(narrow('a text', fieldTree(['a']))).toBeUndefined()
    expect(narrow(['a text', { a: 1, b: 2 }], fieldTree(['a']))).toEqual([{ a: 1 }])
    expect(narrow({ a: 'a text' }, fieldTree(['a.b']))).toEqual({})
    expect(narrow({ a: new Date(0) }, fieldTree(['a.b']))).toEqual({ a: {} })
    expect(narrow({}, fieldTree(['constructor', 'toString']))).toEqual({})
    expect(Object.getPrototypeOf(narrow(JSON.parse('{"__proto__":{"a":1}}'), fieldTree(['__proto__'])))).toBe(Object.prototype)
  })
})
