// What Sallyport's scrubber stands beside: each takes the chunks of a text in order and gives what it lets out.
import { createRequire } from 'node:module'
import { alternation, type Contender, plain, sequential, tailed } from './replacers.ts'
import { expressions } from './rules.ts'
import type { Rule } from 'sallyport/scrub'

export async function contenders(rules: readonly Rule[], secrets: Readonly<Record<string, string>>): Promise<Map<string, () => Contender>> {
  const found = expressions(rules, secrets)
  const js = (source: string, flags: string): RegExp => new RegExp(source, flags)
  const peers = new Map<string, () => Contender>()
  peers.set('sequential replace, per chunk', () => {
    const replacer = sequential(found, js)
    return { name: 'sequential replace, per chunk', budget: { tokens: 20_000, chunks: 600_000 }, start: () => plain(replacer) }
  })
  peers.set('sequential replace, 128 tail', () => {
    const replacer = sequential(found, js)
    return { name: 'sequential replace, 128 tail', budget: { tokens: 6_000, chunks: 600_000 }, start: () => tailed(replacer, 128) }
  })
  peers.set('one alternation, per chunk', () => {
    const replacer = alternation(found, js)
    return { name: 'one alternation, per chunk', budget: { tokens: 100_000, chunks: 600_000 }, start: () => plain(replacer) }
  })
  return peers
}

/** Mastra's processor takes and gives parts of a stream, asynchronously: it has its own way of running. */
export async function mastra(rules: readonly Rule[], secrets: Readonly<Record<string, string>>): Promise<((chunks: readonly string[]) => Promise<{ out: string; held: number[] }>) | undefined> {
  const found = expressions(rules, secrets)
  let module: MastraModule
  try {
    module = (await import('@mastra/core/processors' as string)) as MastraModule
    if (typeof module.RegexFilterProcessor !== 'function') throw new Error('no processor')
  } catch {
    console.log("Mastra's processor is not installed: its row is missing.")
    return undefined
  }
  const filter = new module.RegexFilterProcessor({
    rules: found.map(({ source, flags }, index) => ({ name: `rule-${index}`, pattern: new RegExp(source, flags), replacement: '[REDACTED]' })),
    strategy: 'redact',
    phase: 'output',
  })
  return async (chunks) => {
    const state = {}
    const held: number[] = []
    let out = ''
    let read = 0
    const send = async (part: object): Promise<void> => {
      const result = await filter.processOutputStream({ part, streamParts: [], state, abort: () => undefined })
      out += result?.payload?.text ?? ''
    }
    for (const text of chunks) {
      await send({ type: 'text-delta', runId: 'bench', from: 'AGENT', payload: { id: '1', text } })
      read += text.length
      held.push(Math.max(0, read - out.length))
    }
    await send({ type: 'text-end', runId: 'bench', from: 'AGENT', payload: { id: '1' } })
    return { out, held }
  }
}

interface MastraModule {
  readonly RegexFilterProcessor: new (options: object) => {
    processOutputStream(args: object): Promise<{ payload?: { text?: string } } | null | undefined>
  }
}

function load(name: string): unknown {
  try {
    return createRequire(import.meta.url)(name)
  } catch {
    return undefined
  }
}
