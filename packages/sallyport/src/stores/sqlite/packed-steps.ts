import type { SqlStep } from '../sql/driver.ts'

/** A step as it crosses threads. Thousands of rows of numbers are one block of memory, not as many objects. */
export type PackedStep = SqlStep | (Pick<SqlStep, 'sql' | 'expect'> & { readonly numbers: Float64Array; readonly width: number })

/** Packs rows of nothing but numbers. */
export function packSteps(steps: readonly SqlStep[]): readonly PackedStep[] {
  return steps.map((step) => {
    const { sql, each, expect } = step
    const width = each?.[0]?.length ?? 0
    if (each === undefined || !each.every((row) => row.every((value) => typeof value === 'number'))) return step
    const numbers = new Float64Array(each.length * width)
    let at = 0
    for (const row of each) for (const value of row) numbers[at++] = Number(value)
    return { sql, numbers, width, ...(expect && { expect }) }
  })
}

/** The steps again. */
export function unpackSteps(steps: readonly PackedStep[]): readonly SqlStep[] {
  return steps.map((step) => {
    if (!('numbers' in step)) return step
    const { sql, numbers, width, expect } = step
    const each = Array.from({ length: numbers.length / width }, (_, row) => Array.from(numbers.subarray(row * width, (row + 1) * width)))
    return { sql, each, ...(expect && { expect }) }
  })
}
