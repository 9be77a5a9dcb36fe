import { describe, expect, it } from 'vitest'
import type { Match } from './match.ts'
import { RuleMachine } from './rule-machine.ts'
import { CompiledRule } from './compiled-rule.ts'
import { MARK } from './thread-list.ts'

describe('matches that stay open behind a candidate', () => {
  const machine = (pattern: string): RuleMachine => new RuleMachine(new CompiledRule({ id: 'x', description: 'x', pattern }))
  const read = (running: RuleMachine, text: string, from: number): Match[] | undefined => {
    for (let i = 0; i < text.length; i += 1) {
      running.step(text.charCodeAt(i), from + i, -1)
      if (text[i] === 'c' || text[i] === 'x') running.seed(text[i] as string, from + i, -1)
      running.settle(from + i + 1, 100)
    }
    const { threads } = running
    return threads.marks.slice(0, threads.size).find((_, i) => threads.pc[i] === MARK)
  }

  it('are moved along with each character, not copied, and are no more than a candidate is long', () => {
    const running = machine('x[^y]*y|c')
    const open = read(running, `x${'c'.repeat(50)}`, 0)
    expect(open).toHaveLength(50)
    expect(read(running, 'c'.repeat(300), 51)).toBe(open)
    expect(open?.length).toBeLessThanOrEqual(100)
    expect(read(running, 'y', 351)).toBeUndefined()
  })
})
