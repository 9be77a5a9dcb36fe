// `npm run build`: compiles the packages to `dist`, those that others need first.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { root, step } from './run.ts'

for (const name of ['sallyport', 'check', 'cli']) {
  rmSync(join(root, 'packages', name, 'dist'), { recursive: true, force: true })
  await step(`build ${name}`, 'tsc', ['-p', join('packages', name, 'tsconfig.build.json')])
}
