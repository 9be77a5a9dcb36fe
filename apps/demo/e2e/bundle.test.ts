import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { buildDemo, DEMO, REPOSITORY } from '../run/build-demo.ts'
import { plantedSecret } from './shop.ts'

const made: string[] = []
afterAll(() => made.forEach((directory) => rmSync(directory, { recursive: true, force: true })))

/** A copy of the demo beside it, to be broken. */
function copy(): string {
  const directory = mkdtempSync(join(REPOSITORY, 'apps', '.demo-copy-'))
  made.push(directory)
  cpSync(join(DEMO, 'src'), join(directory, 'src'), { recursive: true })
  for (const file of ['package.json', 'next.config.ts', 'tsconfig.json']) cpSync(join(DEMO, file), join(directory, file))
  return directory
}

test('a client component that imports a server entry does not build, and the message says why', async () => {
  const directory = copy()
  const file = join(directory, 'src/forms/confirm-form.tsx')
  writeFileSync(file, readFileSync(file, 'utf8').replace("'use client'\n", "'use client'\nimport { createPort } from 'sallyport'\nconsole.log(createPort)\n"))
  await expect(buildDemo(directory)).rejects.toThrow(/sallyport/i)
})

test('what is shipped to the browser holds no secret and nothing of the server', () => {
  const chunks = readdirSync(join(DEMO, '.next/static'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.js'))
    .map((name) => readFileSync(join(DEMO, '.next/static', name), 'utf8'))
    .join('\n')
  expect(chunks.length).toBeGreaterThan(10_000)
  expect(chunks).not.toContain(plantedSecret('PAYMENT_API_KEY'))
  for (const inside of ['node:sqlite', 'fraud_score', 'secret:rotate', 'createPort', 'PAYMENT_API_KEY=']) expect(chunks.includes(inside), inside).toBe(false)
})
