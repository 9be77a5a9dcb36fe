import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { examine, startWriter, until } from '../sql/crash.contract.fixture.ts'
import { makeSigner } from '../sql/crash-writer.fixture.ts'

const folder = mkdtempSync(join(tmpdir(), 'sallyport-fault-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const canTrace = spawnSync('strace', ['-f', '-e', 'trace=none', 'true']).status === 0

interface Seen {
  readonly acknowledged: Set<string>
  readonly refusals: Set<string>
  /** Acknowledged after the first refusal. */
  recovered: number
}

/** Runs a writer until the fault has refused calls and calls are accepted again, then asks the log. */
async function throughFault(path: string, wrap: readonly string[], fault?: { readonly start: () => void; readonly end: () => void }): Promise<Seen & { readonly report: Awaited<ReturnType<typeof examine>> }> {
  const { signerText, verifierText } = makeSigner()
  const target = { kind: 'sqlite', at: path, signer: signerText, name: 'writer' } as const
  const seen: Seen = { acknowledged: new Set(), refusals: new Set(), recovered: 0 }
  const writer = startWriter(target, (id) => {
    seen.acknowledged.add(id)
    if (seen.refusals.size > 0) seen.recovered += 1
  }, (code) => void seen.refusals.add(code), wrap)
  await until(() => seen.acknowledged.size > 50)
  fault?.start()
  await until(() => seen.refusals.size > 0)
  fault?.end()
  await until(() => seen.recovered > 200)
  writer.kill()
  await writer.closed
  return { ...seen, report: await examine(target, verifierText, seen.acknowledged) }
}

describe.skipIf(!canTrace)('a disk that fails (skipped where strace can not trace)', () => {
  for (const [name, inject] of [
    ['EIO from fsync', 'fdatasync,fsync:error=EIO:when=30..60'],
    ['EIO from a write', 'pwrite64:error=EIO:when=300..340'],
    ['ENOSPC from a write', 'pwrite64:error=ENOSPC:when=300..340'],
  ] as const) {
    it(`${name}: calls are refused, nothing acknowledged is lost, and it recovers by itself`, async () => {
      const calls = inject.slice(0, inject.indexOf(':'))
      const wrap = ['strace', '-f', '-qq', '--seccomp-bpf', '-o', '/dev/null', '-e', `trace=${calls}`, '-e', `inject=${inject}`]
      const { refusals, report } = await throughFault(join(mkdtempSync(join(folder, 'disk-')), 'ledger.db'), wrap)
      expect([...refusals]).toEqual(['UNAVAILABLE'])
      expect(report).toMatchObject({ lost: [], twice: [], stillOpen: 0, verified: true })
    })
  }

  it('EIO from the fsync of the database itself, when its journal is taken over: nothing acknowledged is lost, and it goes on', async () => {
    const path = join(mkdtempSync(join(folder, 'takeover-')), 'ledger.db')
    const trace = `${path}.trace`
    const wrap = ['strace', '-f', '-qq', '--seccomp-bpf', '-P', path, '-o', trace, '-e', 'trace=fdatasync,fsync', '-e', 'inject=fdatasync,fsync:error=EIO:when=2..4']
    const { signerText, verifierText } = makeSigner()
    const target = { kind: 'sqlite', at: path, signer: signerText, name: 'writer' } as const
    const acknowledged = new Set<string>()
    const failed = (): number => (existsSync(trace) ? readFileSync(trace, 'utf8').split('(INJECTED)').length - 1 : 0)
    const writer = startWriter(target, (id) => void acknowledged.add(id), () => {}, wrap)
    await until(() => failed() >= 3)
    const then = acknowledged.size
    await until(() => acknowledged.size > then + 500)
    writer.kill()
    await writer.closed
    expect(await examine(target, verifierText, acknowledged)).toMatchObject({ lost: [], twice: [], stillOpen: 0, verified: true })
  })
})

describe('a disk that is full', () => {
  it('refuses calls until there is room again, and loses nothing that was acknowledged', async (test) => {
    const mount = mkdtempSync(join(folder, 'small-'))
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', mount]).status !== 0) test.skip('this machine does not let a test mount a tmpfs')
    try {
      const filler = join(mount, 'filler')
      const { refusals, report } = await throughFault(join(mount, 'ledger.db'), [], {
        start: () => {
          // As much as there is room for.
          for (let size = 24 * 1024 * 1024; size >= 4096; size /= 2) {
            try {
              writeFileSync(filler, Buffer.alloc(size), { flag: 'a' })
            } catch {
              // It does not fit any more: a smaller piece may.
            }
          }
        },
        end: () => rmSync(filler),
      })
      expect([...refusals]).toEqual(['UNAVAILABLE'])
      expect(report).toMatchObject({ lost: [], twice: [], stillOpen: 0, verified: true })
    } finally {
      spawnSync('umount', ['-l', mount])
    }
  })
})
