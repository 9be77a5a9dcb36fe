import { generateSigner } from 'sallyport/audit'
import type { SqlLedger } from 'sallyport/sqlite'
import { clean } from '../clean.ts'
import { EXIT, UsageError, type AuditHost } from './host.ts'
import { openLedger, type LogFlags } from './open.ts'
import { macSecretOf, signersOf } from './secrets.ts'

/** `seal`: seals what waits, once or until it is interrupted. The signers come from the environment, never from arguments. */
export async function seal(flags: LogFlags & { readonly watch?: boolean; readonly origin?: string; readonly json?: boolean }, host: AuditHost): Promise<number> {
  const signers = signersOf(host)
  const macSecret = macSecretOf(host)
  if (signers.length === 0) throw new UsageError('SALLYPORT_AUDIT_SIGNER holds no signer: make one with `sallyport audit key NAME`')
  const ledger = await openLedger(flags, host, { signers, ...(flags.origin !== undefined && { origin: flags.origin }), ...(macSecret && { macSecret }) })
  try {
    for (;;) {
      const round = await roundOf(ledger, flags.watch === true, host)
      if (round === undefined) {
        if (host.interrupted()) return EXIT.ok
        await host.wait(1_000)
        continue
      }
      if (flags.json === true) await host.out(`${JSON.stringify(round)}\n`)
      else if (round.size === undefined) await host.out('another process seals this log\n')
      else if (round.sealed > 0 || flags.watch !== true) await host.out(`${round.sealed} entries sealed; the log has ${round.size}${round.refused > 0 ? `; ${round.refused} batches REFUSED: run verify` : ''}\n`)
      if (flags.watch !== true || host.interrupted()) return round.refused > 0 ? EXIT.problems : EXIT.ok
      await host.wait(1_000)
    }
  } finally {
    await ledger.close()
  }
}

/** A round of sealing. Who watches outlives a database that is away: then it is undefined. */
async function roundOf(ledger: SqlLedger, watches: boolean, host: AuditHost): Promise<Awaited<ReturnType<SqlLedger['seal']>> | undefined> {
  try {
    return await ledger.seal()
  } catch (error) {
    if (!watches || (error as { kind?: unknown }).kind !== 'unavailable') throw error
    host.err(`${clean(error instanceof Error ? error.message : String(error))}: trying again\n`)
    return undefined
  }
}

/** `key`: makes a signer. The secret goes to standard output once, and nowhere else. */
export async function key(name: string, json: boolean, host: AuditHost): Promise<void> {
  const { signerText, verifierText } = generateSigner(name)
  await host.out(json ? `${JSON.stringify({ signer: signerText, verifier: verifierText })}\n` : `SALLYPORT_AUDIT_SIGNER=${signerText}\nSALLYPORT_AUDIT_KEY=${verifierText}\n`)
  if (!json) host.err('The first line is a secret: whoever has it can sign for the log. The second is for whoever checks it.\n')
}
