import { callsOf } from '../audit/calls.ts'
import { checkedBy } from '../actions/posture.ts'
import { Doors } from './doors.tsx'

/** What was checked at somebody's last calls, of these actions or of any: read from the audit log, not from what the page believes. */
export async function LastChecked({ userId, actions, each = false }: {
  readonly userId: string
  readonly actions?: readonly string[]
  /** Show the last call of each action, not only the last of them all. */
  readonly each?: boolean
}) {
  const found = await Promise.all((each && actions ? actions.map((name) => [name]) : [actions]).map((names) => callsOf(userId, { ...(names ? { actions: names } : {}), limit: 1 })))
  const calls = found.flat()
  return (
    <section className="card stack" aria-label="What was checked" data-testid="checked">
      <header className="row between"><h2>What was checked</h2><span className="small muted">from the audit trail</span></header>
      {calls.length === 0 ? <p className="muted">Nothing yet. Your next call{actions ? <> of <code>{actions.join(', ')}</code></> : null} is drawn here, with every control on its way.</p> : null}
      {calls.map((call) => <Doors key={call.id} call={call} checked={checkedBy(call.action)} />)}
    </section>
  )
}
