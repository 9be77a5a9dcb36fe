import { describe, expect, it } from 'vitest'
import { whenSettled } from './maybe-promise.ts'

type Callback = (value: unknown) => void

describe('whenSettled', () => {
  const settle = async (promise: Promise<unknown>): Promise<{ told: readonly string[]; answer: unknown; atOnce: boolean }> => {
    const told: string[] = []
    const answer = whenSettled(promise, (value) => (told.push(`value ${String(value)}`), 'went on'), (error) => (told.push(`error ${String(error)}`), 'stopped'))
    const atOnce = told.length > 0
    return { answer: await answer, told, atOnce }
  }

  it.each([
    ['a promise', () => Promise.resolve(1), 'value 1', 'went on'],
    ['a promise that rejects', () => Promise.reject(2), 'error 2', 'stopped'],
    ['a thenable that calls back at once', () => ({ then: (done: Callback) => done(1) }), 'value 1', 'went on'],
    ['a thenable that calls back twice', () => ({ then: (done: Callback) => (done(1), done(2)) }), 'value 1', 'went on'],
    ['a thenable that calls both back', () => ({ then: (done: Callback, failed: Callback) => (done(1), failed(2)) }), 'value 1', 'went on'],
    ['a thenable that calls back and throws', () => ({ then: (done: Callback) => { done(1); throw 2 } }), 'value 1', 'went on'],
    ['a thenable that throws', () => ({ then: () => { throw 2 } }), 'error 2', 'stopped'],
    ['a promise whose own `then` calls back twice', () => Object.assign(Promise.resolve(1), { then: (done: Callback) => (done(1), done(2)) }), 'value 1', 'went on'],
  ])('goes on once, later, with %s', async (_name, make, told, answer) => {
    expect(await settle(make() as Promise<unknown>)).toEqual({ told: [told], answer, atOnce: false })
  })
})
