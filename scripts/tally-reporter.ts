// A Vitest reporter that writes down, for `scripts/test.ts`, what a run came to: nothing fails, is skipped or needs a second try without its name.
import { writeFileSync } from 'node:fs'
import { stripVTControlCharacters } from 'node:util'
import type { Reporter, SerializedError, TestCase, TestModule } from 'vitest/node'
import { DID_NOT_END, NO_FILE } from './tally.ts'
import type { FailedTest, SkippedTest, Tally } from './tally.ts'

export default class TallyReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    let passed = 0
    const failed: FailedTest[] = []
    const flaky: FailedTest[] = []
    const skipped: SkippedTest[] = []
    for (const module of modules) {
      const file = module.relativeModuleId
      if (module.errors().length > 0) failed.push({ file, name: '(the file itself)', error: textOf(module.errors()) })
      // A hook that throws: its tests count as skipped, so the block is what failed.
      for (const suite of module.children.allSuites()) {
        if (suite.errors().length > 0) failed.push({ file, name: suite.fullName, error: textOf(suite.errors()) })
      }
      const tests = [...module.children.allTests()]
      const ended = tests.every((test) => test.result().state !== 'pending')
      for (const test of tests) {
        const named = { file, name: test.fullName }
        const result = test.result()
        if (result.state === 'failed') failed.push({ ...named, error: textOf(result.errors) })
        else if (result.state === 'passed') {
          if (ended) passed++
          if (test.diagnostic()?.flaky === true) flaky.push({ ...named, error: textOf(result.errors ?? []) })
        } else skipped.push({ ...named, reason: reasonOf(test) })
      }
    }
    // Vitest fails a run for these too, whichever test they come from.
    for (const error of unhandled) failed.push({ file: NO_FILE, name: 'an error that nothing caught', error: textOf([error]) })
    const tally: Tally = { passed, failed, flaky, skipped }
    const file = process.env['SALLYPORT_TALLY']
    if (file !== undefined) writeFileSync(file, JSON.stringify(tally))
  }
}

function reasonOf(test: TestCase): string {
  const result = test.result()
  if (result.state === 'pending') return DID_NOT_END
  return result.state === 'skipped' ? (result.note ?? '') : ''
}

function textOf(errors: readonly SerializedError[]): string {
  return stripVTControlCharacters(errors.map(({ stack, message }) => stack ?? message).join('\n'))
}
