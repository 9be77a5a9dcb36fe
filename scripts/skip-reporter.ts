// A Vitest reporter that lists what was skipped, by name and with the reason: nothing is skipped silently.
import { writeFileSync } from 'node:fs'
import type { Reporter, TestCase, TestModule } from 'vitest/node'

/** What the run came to, as `scripts/test.ts` reads it. */
export interface Tally {
  readonly passed: number
  readonly failed: number
  readonly skipped: readonly { readonly name: string; readonly reason: string }[]
}

export default class SkipReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    let passed = 0
    let failed = 0
    const skipped: { name: string; reason: string }[] = []
    for (const module of modules) {
      if (module.errors().length > 0) failed++
      for (const test of module.children.allTests()) {
        const { state } = test.result()
        if (state === 'passed') passed++
        else if (state === 'failed') failed++
        else skipped.push({ name: `${module.relativeModuleId} > ${test.fullName}`, reason: reasonOf(test) })
      }
    }
    const tally: Tally = { passed, failed, skipped }
    const file = process.env['SALLYPORT_TALLY']
    if (file !== undefined) writeFileSync(file, JSON.stringify(tally))
  }
}

function reasonOf(test: TestCase): string {
  const result = test.result()
  return 'note' in result && typeof result.note === 'string' ? result.note : 'what it needs is missing: its name says what'
}
