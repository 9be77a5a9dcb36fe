import { callOf, type AuditParty, type AuditReader } from 'sallyport/audit'

/** One action that used one version of a secret for somebody. */
export interface SecretUse {
  readonly secret: string
  readonly version: string
  readonly action: string
  /** Who acted, as `kind:id`. */
  readonly actor: string
  /** For whom, where that is somebody else. */
  readonly subject?: string
  readonly times: number
  /** Epoch milliseconds. */
  readonly first: number
  readonly last: number
}

/** Uses by secret, the latest first. */
export interface SecretUses {
  readonly uses: readonly SecretUse[]
  /** Uses by others, beyond the rows that are kept apart. */
  readonly others: number
}

const PAGE = 1_000
/** Rows that are kept apart: what is counted grows with the people who call, not with the calls. */
const MAX_ROWS = 10_000

/**
 * Who used what, from the outcomes of the audit log: each names the secrets that its handler revealed.
 *
 * @param since Epoch milliseconds.
 */
export async function usesOf(reader: AuditReader, since: number, maxRows: number = MAX_ROWS): Promise<SecretUses> {
  const rows = new Map<string, SecretUse>()
  let others = 0
  for (let after: string | undefined; ; ) {
    const page = await reader.search({ since, limit: PAGE, ...(after !== undefined && { after }) })
    for (const { event } of page) {
      if (event.kind !== 'outcome' || event.secrets === undefined) continue
      const call = callOf(event)
      const actor = nameOf(call?.actor ?? call?.subject)
      const subject = call?.subject === undefined || nameOf(call.subject) === actor ? undefined : nameOf(call.subject)
      for (const { name, version } of event.secrets) {
        const key = JSON.stringify([name, version, call?.action, actor, subject])
        const known = rows.get(key)
        if (known === undefined && rows.size >= maxRows) others += 1
        else {
          rows.set(key, {
            secret: name, version, action: call?.action ?? '-', actor, ...(subject !== undefined && { subject }), times: (known?.times ?? 0) + 1,
            first: Math.min(known?.first ?? event.time, event.time), last: Math.max(known?.last ?? event.time, event.time),
          })
        }
      }
    }
    after = page.at(-1)?.position
    if (page.length === 0 || after === undefined) break
  }
  const uses = [...rows.values()].sort((a, b) => (a.secret < b.secret ? -1 : a.secret > b.secret ? 1 : b.last - a.last))
  return { uses, others }
}

function nameOf(party: AuditParty | undefined): string {
  return party === undefined ? 'nobody' : `${party.kind}:${party.id}`
}
