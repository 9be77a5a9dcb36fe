import { expect, it } from 'vitest'
import { loadModule } from './load-module.ts'

it('says what to do where Node runs no TypeScript, and passes on whatever else a module throws', async () => {
  const unknown = Object.assign(new TypeError('Unknown file extension ".ts"'), { code: 'ERR_UNKNOWN_FILE_EXTENSION' })
  await expect(loadModule('/app/sallyport.secrets.ts', () => Promise.reject(unknown))).rejects.toThrow(/does not run \/app\/sallyport\.secrets\.ts: use Node 22\.18/)
  const own = new Error('no database')
  await expect(loadModule('/app/sallyport.secrets.ts', () => Promise.reject(own))).rejects.toBe(own)
  await expect(loadModule('/app/a.ts', (url) => Promise.resolve({ url }))).resolves.toEqual({ url: 'file:///app/a.ts' })
})
