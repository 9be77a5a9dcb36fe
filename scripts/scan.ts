// `npm run scan`: looks for secrets in this repository, in its history, and in what the built demo sends to browsers.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { root, step } from './run.ts'

const scan = (name: string, ...options: readonly string[]): Promise<void> =>
  step(name, 'node', ['--conditions=@sallyport/source', join('packages', 'cli', 'src', 'bin.ts'), 'scan', ...options])

await scan('scan of the working tree')
await scan('scan of the history', '--history')
if (existsSync(join(root, 'apps/demo/.next/static'))) await scan('scan of what the demo sends to browsers', '--bundle', '--root', join('apps', 'demo'), '--config', '.gitleaks.toml')
else {
  console.log('– The demo is not built: what it sends to browsers was not looked at.')
  // CI has just built it: not to find it is a hole.
  if (process.env['CI'] !== undefined) process.exit(1)
}
