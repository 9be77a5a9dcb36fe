import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { buildDemo, buildPackages } from '../run/build-demo.ts'
import { serve } from '../run/serve.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where the demo of this run answers. */
    readonly origin: string
    readonly password: string
    readonly dataDirectory: string
    /** The browser, or null where the machine has none. */
    readonly chromium: string | null
  }
}

/**
 * One build and one running demo, with data of its own, for all files of the project. `E2E_BUILT=packages` or `E2E_BUILT=all`
 * leaves out what has just been built.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const chromium = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium'
  const built = process.env['E2E_BUILT']
  if (built === undefined) await buildPackages()
  if (built !== 'all') await buildDemo()
  const dataDirectory = mkdtempSync(join(tmpdir(), 'sallyport-demo-'))
  const output: string[] = []
  const demo = await serve({ port: 0, dataDirectory, paceMs: (message) => (message.endsWith('Take your time.') ? 500 : 6), onOutput: (text) => output.push(text) })
  project.provide('origin', demo.origin)
  project.provide('password', demo.keys.password)
  project.provide('dataDirectory', dataDirectory)
  project.provide('chromium', existsSync(chromium) ? chromium : null)
  return async () => {
    await demo.stop()
    rmSync(dataDirectory, { recursive: true, force: true })
    if (process.env['DEMO_OUTPUT']) console.log(output.join(''))
  }
}
