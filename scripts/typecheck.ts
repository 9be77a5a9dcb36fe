// `npm run typecheck`: every package from source, tests and type tests included, then the demo and the benches.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { root, step } from './run.ts'

for (const project of ['packages/sallyport', 'packages/check', 'packages/cli', 'apps/demo', 'scripts']) {
  if (existsSync(join(root, project, 'tsconfig.json'))) await step(`types of ${project}`, 'tsc', ['-p', project, '--noEmit'])
}
