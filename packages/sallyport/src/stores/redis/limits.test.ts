import { describe, expect, it } from 'vitest'
import { redisLimits } from './limits.ts'

describe('decisions that share a script', () => {
  it('fail together and leave none waiting when the server fails', async () => {
    const failing = redisLimits({ evalsha: () => Promise.reject(new Error('gone')), eval: () => Promise.reject(new Error('gone')) } as never)
    const check = { kind: 'window', name: 'k', key: 'k', limit: 5, windowMs: 1000, cost: 1 } as const
    const answers = await Promise.allSettled(Array.from({ length: 50 }, () => failing.decide([check], 0)))
    expect(answers.every((answer) => answer.status === 'rejected')).toBe(true)
  })

  it('never take an answer of another shape for a permission', async () => {
    for (const answer of [null, 1, 'OK', [], [-1], [-1, 0], [-1, 0, 'x', 0], {}]) {
      const odd = redisLimits({ evalsha: () => Promise.resolve(answer), eval: () => Promise.resolve(answer) } as never)
      const check = { kind: 'window', name: 'k', key: 'k', limit: 5, windowMs: 1000, cost: 1 } as const
      const answers = await Promise.allSettled(Array.from({ length: 50 }, () => odd.decide([check], 0)))
      expect(answers.every((result) => result.status === 'rejected')).toBe(true)
    }
  })
})
