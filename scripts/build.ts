// `npm run build`: compiles the packages to `dist`, those that others need first, and lays beside it what is published with them.
// `node scripts/build.ts cli`: only what is named. `npm pack` and `npm publish` do that by themselves (`prepack`).
import { cpSync, existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { root, step } from './run.ts'

const asked = process.argv.slice(2)
for (const name of ['sallyport', 'check', 'cli'].filter((name) => asked.length === 0 || asked.includes(name))) {
  const at = join(root, 'packages', name)
  rmSync(join(at, 'dist'), { recursive: true, force: true })
  // Many small files take twice as long to load as one: what is run often is put together.
  const bundle = join(at, 'rolldown.config.js')
  const bundled = existsSync(bundle)
  await step(`build ${name}`, 'tsc', ['-p', join(at, 'tsconfig.build.json'), ...(bundled ? ['--emitDeclarationOnly'] : [])])
  if (bundled) await step(`bundle ${name}`, 'rolldown', ['-c', bundle])
  cpSync(join(root, 'LICENSE'), join(at, 'LICENSE'))
  if (name !== 'sallyport') continue
  // The library carries its docs: what a refusal in development points at is then there, and of the same version.
  rmSync(join(at, 'docs'), { recursive: true, force: true })
  cpSync(join(root, 'docs'), join(at, 'docs'), { recursive: true })
  cpSync(join(root, 'README.md'), join(at, 'README.md'))
}
