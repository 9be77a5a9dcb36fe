import { callsOf } from '../audit/calls.ts'
import { checkedBy } from '../actions/posture.ts'
import { Doors } from './doors.tsx'

/** What was checked at the last calls of these actions: read from the audit log, not from what the page believes. */
export async function LastChecked({ userId, actions, count = 1 }: { readonly userId: string; readonly actions: readonly string[]; readonly count?: number }) {
  const calls = await callsOf(userId, { actions, limit: count })
  return (
    <section className="card stack" aria-label="What was checked" data-testid="checked">
      <header className="row between"><h2>What was checked</h2><span className="small muted">from the audit trail</span></header>
      {calls.length === 0 ? <p className="muted">Nothing yet. Your next call of <code>{actions.join(', ')}</code> is drawn here, with every control on its way.</p> : null}
      {calls.map((call) => <Doors key={call.id} call={call} checked={checkedBy(call.action)} />)}
    </section>
  )
}
