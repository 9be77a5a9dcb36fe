import Link from 'next/link'
import { checkedBy } from '../../../actions/posture.ts'
import { callsOf } from '../../../audit/calls.ts'
import { requireUser } from '../../../auth/current-user.ts'
import { Doors, OutcomeBadge } from '../../../ui/doors.tsx'
import { Moment } from '../../../ui/format.tsx'
import { Page } from '../../../ui/shell.tsx'
import css from './audit.module.css'

export const metadata = { title: 'Audit trail' }

const FILTERS = [
  { key: 'all', name: 'All' },
  { key: 'refused', name: 'Refused' },
  { key: 'done', name: 'Done' },
] as const

export default async function Audit({ searchParams }: { readonly searchParams: Promise<{ show?: string | string[] }> }) {
  const user = await requireUser()
  const { show } = await searchParams
  const calls = (await callsOf(user.id, { limit: 60 })).filter(({ outcome }) =>
    show === 'refused' ? outcome === 'refused' || outcome === 'failed' : show === 'done' ? outcome === 'success' || outcome === 'navigated' : true,
  )
  return (
    <Page title="Your audit trail" lead="Every call you made, whether it went through or not: the controls that it passed, and the one that refused. The intent is written before the handler starts, the outcome after it.">
      <nav className="row" aria-label="Filter">
        {FILTERS.map(({ key, name }) => (
          <Link key={key} className="button quiet small" href={key === 'all' ? '/audit' : `/audit?show=${key}`} prefetch={false} aria-current={(show ?? 'all') === key ? 'true' : undefined}>{name}</Link>
        ))}
      </nav>
      <div className={css.list} data-testid="audit">
        {calls.length === 0 ? <p className="empty">No such call yet.</p> : null}
        {calls.map((call) => (
          <details key={call.id} className={css.entry} data-action={call.action} data-outcome={call.outcome} data-refused-by={call.control}>
            <summary>
              <span className={css.time}><Moment at={call.time} /></span>
              <code>{call.action}</code>
              <span className={css.why}>{call.control && call.outcome === 'refused' ? <>by <code>{call.control}</code></> : `${call.passed.length} controls passed`}</span>
              <OutcomeBadge call={call} />
            </summary>
            <div className={css.body}><Doors call={call} checked={checkedBy(call.action)} /></div>
          </details>
        ))}
      </div>
    </Page>
  )
}
