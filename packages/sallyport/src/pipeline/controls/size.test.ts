import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { definePolicy } from '../../policy/define-policy.ts'
import { createTestPort } from '../../testing/index.ts'

it.each([
  ['by itself', z.promise(z.any()), () => Promise.resolve(JSON.parse('{"__proto__":{"admin":true}}') as unknown)],
  ['in a field', z.object({ later: z.promise(z.string()) }), () => ({ later: Promise.resolve('x'.repeat(300_000)) })],
  ['in a list', z.array(z.promise(z.string())), () => [Promise.resolve('x')]],
])('a promise %s is refused: nothing of what it will be has been counted', async (_name, schema, input) => {
  const port = createTestPort({ policy: definePolicy({ roles: {} }) })
  let ran = false
  const action = port.define('order.note').inputSchema(schema as z.ZodType).public('anybody may write').outputSchema(z.void()).action(() => void (ran = true))
  expect((await action.call({ principal: null, input: input() })).serverError?.code).toBe('INVALID_INPUT')
  expect(ran).toBe(false)
})

describe('bytes', () => {
  const form = new FormData()
  form.append('note', '€'.repeat(350))
  it.each<[string, unknown]>([
    ['a text', '€'.repeat(350)],
    ['a field', { note: '€'.repeat(350) }],
    ['a name', { ['€'.repeat(350)]: 1 }],
    ['many short texts', Array.from({ length: 100 }, () => '€€€€')],
    ['what is in a map and a set', new Map([['a', new Set(['€'.repeat(350)])]])],
    ['two bytes each', 'ü'.repeat(520)],
    ['four bytes a pair', '😀'.repeat(260)],
    ['a form', form],
  ])('of %s are counted as they are sent, and not its characters', async (_name, input) => {
    const port = createTestPort({ policy: definePolicy({ roles: {} }) })
    const start = (name: string, bytes: number) => port.define(name).inputSchema(z.any()).public('anybody may write').outputSchema(z.void()).maxBytes(bytes).action(() => undefined)
    const codeOf = async (bytes: number) => (await start(`order.note${bytes}`, bytes).call({ principal: null, input })).serverError?.code
    expect([await codeOf(1_000), await codeOf(3_000)]).toEqual(['PAYLOAD_TOO_LARGE', undefined])
  })
})
