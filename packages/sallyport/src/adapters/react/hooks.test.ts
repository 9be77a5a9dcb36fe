import { act, createElement } from 'react'
import { describe, expect, test, vi } from 'vitest'
import type { ActionResult } from '../../action/result.ts'
import { minimalDom } from './minimal-dom.fixture.ts'

const { newContainer } = minimalDom()
const { createRoot } = await import('react-dom/client')
const { useAction } = await import('./use-action.ts')
const { useOptimisticAction } = await import('./use-optimistic-action.ts')
const { useStateAction } = await import('./use-state-action.ts')

type Result = ActionResult<string, { id: string }>
interface Input {
  readonly id: string
}

/** Mounts a hook; `current` is what it returned last. */
async function mount<T>(hook: () => T): Promise<{ current: T; readonly rendered: T[]; render(): Promise<void>; unmount(): Promise<void> }> {
  const rendered: T[] = []
  const box = { current: undefined as T, rendered, render: () => act(async () => root.render(createElement(Probe))), unmount: () => act(async () => root.unmount()) }
  const root = createRoot(newContainer())
  function Probe(): null {
    box.current = hook()
    rendered.push(box.current)
    return null
  }
  await box.render()
  return box
}

/** An action whose calls are answered by the test. */
function controlled() {
  const calls: { readonly args: readonly unknown[]; readonly answer: (result: Result) => Promise<void>; readonly fail: (error: unknown) => Promise<void> }[] = []
  const receive = (...args: readonly unknown[]): Promise<Result> =>
    new Promise((resolve, reject) => calls.push({ args, answer: (result) => act(async () => resolve(result)), fail: (error) => act(async () => reject(error)) }))
  return { calls, action: (input: Input): Promise<Result> => receive(input), stateAction: (prev: Result, input: Input): Promise<Result> => receive(prev, input) }
}

const serverError = { code: 'FORBIDDEN', message: 'm', correlationId: 'c1' } as const
const notFound = Object.assign(new Error('navigation'), { digest: 'NEXT_HTTP_ERROR_FALLBACK;404' })
const redirect = Object.assign(new Error('navigation'), { digest: 'NEXT_REDIRECT;push;/orders;307;' })

function callbacks() {
  const told: string[] = []
  const tell = (name: string) => (event: object) => void told.push(`${name} ${JSON.stringify(event)}`)
  return { told, on: { onExecute: tell('execute'), onSuccess: tell('success'), onError: tell('error'), onNavigation: tell('navigation'), onSettled: tell('settled') } }
}

describe('useAction', () => {
  test('idle, executing, succeeded, and back', async () => {
    const { action, calls } = controlled()
    const { told, on } = callbacks()
    const hook = await mount(() => useAction(action, on))
    expect(hook.current).toMatchObject({ status: 'idle', isIdle: true, isPending: false, result: {}, input: undefined })

    await act(async () => hook.current.execute({ id: '1' }))
    expect(hook.current).toMatchObject({ status: 'executing', isExecuting: true, isPending: true, isTransitioning: true, input: { id: '1' } })
    await calls[0]!.answer({ data: 'done' })
    expect(hook.current).toMatchObject({ status: 'hasSucceeded', hasSucceeded: true, isPending: false, result: { data: 'done' } })
    expect(told).toEqual(['execute {"input":{"id":"1"}}', 'success {"input":{"id":"1"},"data":"done"}', 'settled {"input":{"id":"1"},"result":{"data":"done"}}'])

    await act(async () => hook.current.reset())
    expect(hook.current).toMatchObject({ status: 'idle', result: {}, input: undefined })
    await hook.unmount()
  })

  test('a refusal and wrong input are results, and errors', async () => {
    const { action, calls } = controlled()
    const { told, on } = callbacks()
    const hook = await mount(() => useAction(action, on))
    let answered: unknown
    await act(async () => void hook.current.executeAsync({ id: '1' }).then((result) => (answered = result)))
    await calls[0]!.answer({ serverError })
    expect(hook.current).toMatchObject({ status: 'hasErrored', hasErrored: true, result: { serverError } })
    expect(answered).toEqual({ serverError })
    await act(async () => hook.current.execute({ id: '' }))
    await calls[1]!.answer({ validationErrors: { id: { _errors: ['empty'] } } })
    expect(hook.current.result.validationErrors?.id?._errors).toEqual(['empty'])
    expect(told.filter((line) => line.startsWith('error'))).toEqual([
      `error {"input":{"id":"1"},"error":${JSON.stringify({ serverError })}}`,
      'error {"input":{"id":""},"error":{"validationErrors":{"id":{"_errors":["empty"]}}}}',
    ])
    await hook.unmount()
  })

  test('what is thrown on the way is an error of its own', async () => {
    const { action, calls } = controlled()
    const onError = vi.fn()
    const hook = await mount(() => useAction(action, { onError }))
    const lost = new Error('the network is gone')
    const seen = vi.fn()
    await act(async () => void hook.current.executeAsync({ id: '1' }).catch(seen))
    await calls[0]!.fail(lost)
    expect(hook.current).toMatchObject({ status: 'hasErrored', thrownError: lost, result: {}, isPending: false })
    expect(onError).toHaveBeenCalledWith({ input: { id: '1' }, error: { thrownError: lost } })
    expect(seen).toHaveBeenCalledWith(lost)
    await hook.unmount()
  })

  test('the state is that of the latest call, whichever answers last', async () => {
    const { action, calls } = controlled()
    const hook = await mount(() => useAction(action))
    await act(async () => hook.current.execute({ id: '1' }))
    await act(async () => hook.current.execute({ id: '2' }))
    await calls[1]!.answer({ data: 'second' })
    await calls[0]!.answer({ data: 'first' })
    expect(hook.current).toMatchObject({ input: { id: '2' }, result: { data: 'second' }, isPending: false })
    await hook.unmount()
  })

  test('a call that was reset settles unseen', async () => {
    const { action, calls } = controlled()
    const hook = await mount(() => useAction(action))
    await act(async () => hook.current.execute({ id: '1' }))
    await act(async () => hook.current.reset())
    await calls[0]!.answer({ data: 'late' })
    expect(hook.current).toMatchObject({ status: 'idle', result: {} })
    await hook.unmount()
  })

  test('navigation is told, and shown by a boundary where that is wanted', async () => {
    const { action, calls } = controlled()
    const { told, on } = callbacks()
    const hook = await mount(() => useAction(action, on))
    await act(async () => hook.current.execute({ id: '1' }))
    await calls[0]!.fail(redirect)
    expect(hook.current).toMatchObject({ status: 'hasNavigated', hasNavigated: true, thrownError: undefined })
    expect(told.slice(1)).toEqual(['navigation {"input":{"id":"1"},"navigationKind":"redirect"}', 'settled {"input":{"id":"1"},"result":{},"navigationKind":"redirect"}'])
    await hook.unmount()

    const throwing = await mount(() => useAction(action, { throwOnNavigation: true }))
    await act(async () => throwing.current.execute({ id: '1' }))
    // The router has followed a redirect: there is no page of a boundary for it.
    await calls[1]!.fail(redirect)
    expect(throwing.current.status).toBe('hasNavigated')
    await act(async () => throwing.current.execute({ id: '2' }))
    // With no boundary around it, what a component throws comes out here.
    await expect(calls[2]!.fail(notFound)).rejects.toBe(notFound)
  })

  test('a callback that throws before the call leaves nothing under way', async () => {
    const { action, calls } = controlled()
    const broken = new Error('a callback is broken')
    const hook = await mount(() => useAction(action, { onExecute: () => { throw broken } }))
    await act(async () => expect(() => hook.current.execute({ id: '1' })).toThrow(broken))
    expect(calls).toEqual([])
    expect(hook.current).toMatchObject({ status: 'idle', isPending: false })
    await hook.unmount()
  })

  test('an action without input, and one that answers nothing', async () => {
    const hook = await mount(() => useAction(async (_input?: undefined) => undefined as unknown as Result))
    await act(async () => hook.current.execute())
    expect(hook.current).toMatchObject({ status: 'idle', result: {} })
    await hook.unmount()
  })
})

describe('useOptimisticAction', () => {
  test('shows what will be while the call runs, and what is when it has failed', async () => {
    const { action, calls } = controlled()
    const notes = ['a']
    const hook = await mount(() => useOptimisticAction(action, { currentState: notes, updateFn: (all, { id }) => [...all, id] }))
    expect(hook.current.optimisticState).toEqual(['a'])
    await act(async () => hook.current.execute({ id: 'b' }))
    expect(hook.current).toMatchObject({ optimisticState: ['a', 'b'], isPending: true })
    await calls[0]!.answer({ serverError })
    expect(hook.current).toMatchObject({ optimisticState: ['a'], status: 'hasErrored' })
    await hook.unmount()
  })
})

describe('useStateAction', () => {
  test('hands each call the result before, one after the other', async () => {
    const { stateAction, calls } = controlled()
    const { told, on } = callbacks()
    const hook = await mount(() => useStateAction(stateAction, on))
    expect(hook.current).toMatchObject({ status: 'idle', result: {} })
    await act(async () => hook.current.execute({ id: '1' }))
    await act(async () => hook.current.execute({ id: '2' }))
    expect(hook.current).toMatchObject({ status: 'executing', isPending: true })
    expect(calls).toHaveLength(1)
    await calls[0]!.answer({ data: 'first' })
    expect(calls[1]!.args).toEqual([{ data: 'first' }, { id: '2' }])
    await calls[1]!.answer({ data: 'second' })
    expect(hook.current).toMatchObject({ status: 'hasSucceeded', isPending: false, result: { data: 'second' }, input: { id: '2' } })
    expect(told.map((line) => line.split(' ')[0])).toEqual(['execute', 'success', 'settled', 'execute', 'success', 'settled'])
    await act(async () => hook.current.reset())
    expect(hook.current).toMatchObject({ status: 'idle', result: {}, input: undefined })
    await hook.unmount()
  })

  test('formAction, executeAsync, and what is thrown', async () => {
    const { stateAction, calls } = controlled()
    const hook = await mount(() => useStateAction(stateAction))
    const { startTransition } = await import('react')
    // A form hands over its data within a transition.
    await act(async () => startTransition(() => hook.current.formAction({ id: 'form' })))
    expect(calls[0]!.args).toEqual([{}, { id: 'form' }])
    await calls[0]!.answer({ validationErrors: { _errors: ['x'] } })
    expect(hook.current).toMatchObject({ status: 'hasErrored', result: { validationErrors: { _errors: ['x'] } } })
    const seen = vi.fn()
    await act(async () => void hook.current.executeAsync({ id: '2' }).catch(seen))
    const lost = new Error('the network is gone')
    await calls[1]!.fail(lost)
    expect(hook.current).toMatchObject({ status: 'hasErrored', thrownError: lost, result: {} })
    expect(seen).toHaveBeenCalledWith(lost)
    await act(async () => hook.current.execute({ id: '3' }))
    await calls[2]!.fail(redirect)
    expect(hook.current).toMatchObject({ status: 'hasNavigated', thrownError: undefined })
    await hook.unmount()
  })

  test('a call runs the action that was there when it was made, however long it waits for its turn', async () => {
    const { calls } = controlled()
    const ran: string[] = []
    const order = (id: string) => async (_prev: Result, input: Input): Promise<Result> => {
      ran.push(`${id} ${input.id}`)
      return new Promise((resolve) => calls.push({ args: [], answer: (result) => act(async () => resolve(result)), fail: async () => {} }))
    }
    let action = order('first order')
    const hook = await mount(() => useStateAction(action))
    await act(async () => hook.current.execute({ id: '1' }))
    await act(async () => hook.current.execute({ id: '2' }))
    // The page shows another order now: what was typed for the first is not for this one.
    action = order('second order')
    await hook.render()
    await calls[0]!.answer({ data: 'done' })
    expect(ran).toEqual(['first order 1', 'first order 2'])
    await calls[1]!.answer({ data: 'done' })
    await act(async () => hook.current.execute({ id: '3' }))
    expect(ran.at(-1)).toBe('second order 3')
    await calls[2]!.answer({ data: 'done' })
    await hook.unmount()
  })

  test('a call that was reset settles unseen, whether it answers or is thrown out of', async () => {
    const { stateAction, calls } = controlled()
    const hook = await mount(() => useStateAction(stateAction))
    await act(async () => hook.current.execute({ id: '1' }))
    await act(async () => hook.current.reset())
    await calls[0]!.answer({ data: 'late' })
    expect(hook.current).toMatchObject({ status: 'idle', result: {}, input: undefined, isPending: false })

    await act(async () => hook.current.execute({ id: '2' }))
    await act(async () => hook.current.reset())
    await calls[1]!.fail(new Error('the network is gone'))
    expect(hook.current).toMatchObject({ status: 'idle', result: {}, input: undefined, thrownError: undefined })
    await hook.unmount()
  })

  test('shows the result with which the server rendered the page, for a form that was posted without JavaScript', async () => {
    const { stateAction } = controlled()
    const hook = await mount(() => useStateAction(stateAction, { initResult: { data: 'from the server' } }))
    expect(hook.current).toMatchObject({ status: 'hasSucceeded', result: { data: 'from the server' } })
    await hook.unmount()
  })
})
