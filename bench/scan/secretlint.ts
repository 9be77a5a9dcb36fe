// secretlint in a process of its own: `secretlint.ts ROOT` takes file names, and how often to go through them, as JSON on its
// input and prints what it measured as its last line. The process ends with that, so that nothing it still has to do falls on
// what the bench measures next.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { corpus, type Sample } from './corpus.ts'
import { best, NO_TIME, timeOf, type Time } from './time.ts'

/** What secretlint found in the corpus, and how long it took for some files. */
export interface SecretlintReport {
  readonly found: number
  readonly wrongly: number
  readonly time: Time
}

const SECONDS = 10

const { lintSource } = await import('@secretlint/core')
const { creator } = await import('@secretlint/secretlint-rule-preset-recommend')
const config = { rules: [{ id: '@secretlint/secretlint-rule-preset-recommend', rule: creator }] }

async function lint(content: string, filePath: string): Promise<number> {
  const result = await lintSource({ source: { filePath, content, contentType: 'text', ext: '.ts' }, options: { config, noPhysicFilePath: true } })
  return result.messages.length
}

async function lintFiles(root: string, files: readonly string[]): Promise<void> {
  for (const file of files) await lint(readFileSync(join(root, file), 'utf8'), file)
}

async function flagged(samples: readonly Sample[]): Promise<number> {
  let count = 0
  for (const sample of samples) if ((await lint(sample.text, 'sample.ts')) > 0) count++
  return count
}

const root = process.argv[2] ?? '.'
const { files, passes } = JSON.parse(await text(process.stdin)) as { readonly files: readonly string[]; readonly passes: number }
const { times: [time = NO_TIME] } = await best(passes, SECONDS, () => timeOf(() => lintFiles(root, files)))
const { positives, negatives } = corpus()
const report: SecretlintReport = { time, found: await flagged(positives), wrongly: await flagged(negatives) }
process.stdout.write(`${JSON.stringify(report)}\n`, () => process.exit(0))
