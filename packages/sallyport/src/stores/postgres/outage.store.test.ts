import { afterAll, describe, expect, it } from 'vitest'
import { examine, startWriter, until } from '../sql/crash.contract.fixture.ts'
import { makeSigner } from '../sql/crash-writer.fixture.ts'
import { ownServer } from './own-server.fixture.ts'

const server = await ownServer()
afterAll(() => server?.remove())

describe.skipIf(server === undefined)('a Postgres that crashes (skipped where a test can not start its own)', () => {
  it('refuses calls while it is away, loses nothing that was acknowledged, and goes on by itself', async () => {
    if (server === undefined) return
    const { signerText, verifierText } = makeSigner()
    const target = { kind: 'postgres', at: server.url, signer: signerText, name: 'writer' } as const
    const acknowledged = new Set<string>()
    const refusals = new Set<string>()
    let sinceReturn = 0
    let back = false
    const writer = startWriter(target, (id) => {
      acknowledged.add(id)
      if (back) sinceReturn += 1
    }, (code) => void refusals.add(code))
    for (let times = 0; times < 2; times += 1) {
      const before = acknowledged.size
      await until(() => acknowledged.size > before + 100)
      refusals.clear()
      server.crash()
      await until(() => refusals.size > 0)
      expect([...refusals]).toEqual(['UNAVAILABLE'])
      server.start()
      back = true
      sinceReturn = 0
      await until(() => sinceReturn > 100)
      back = false
    }
    writer.kill()
    await writer.closed
    expect(await examine(target, verifierText, acknowledged)).toMatchObject({ lost: [], stillOpen: 0, verified: true })
  })
})
