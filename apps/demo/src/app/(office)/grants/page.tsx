import { listAgents } from '../../../auth/agents.ts'
import { requireUser } from '../../../auth/current-user.ts'
import { givableBy, grantsOf, requestsFor, type ShownGrant } from '../../../data/grants.ts'
import { AnswerForm, GiveForm, RevokeGrantForm } from '../../../forms/grant-forms.tsx'
import { Moment } from '../../../ui/format.tsx'
import { GrantBadge } from '../../../ui/grant-badge.tsx'
import { LastChecked } from '../../../ui/last-checked.tsx'
import { NeedsScript } from '../../../ui/needs-script.tsx'
import { Page } from '../../../ui/shell.tsx'

export const metadata = { title: 'Grants' }

export default async function Grants() {
  const user = await requireUser()
  const [agents, requests, grants] = await Promise.all([listAgents(), requestsFor(user), grantsOf(user.id)])
  const nameOf = (id: string): string => agents.find((agent) => agent.id === id)?.name ?? 'An agent that has left'
  const live = grants.filter(({ status }) => status === 'live' || status === 'early')
  const over = grants.filter((grant) => !live.includes(grant)).slice(0, 20)
  return (
    <Page title="Grants" lead="An agent can do nothing by itself. It asks, and you give: one action, so often, for so long, never more than you hold. It then acts for you, and what you take back is gone at its next call.">
      <NeedsScript>Giving and revoking need JavaScript.</NeedsScript>
      <section className="stack-tight">
        <h2>Asked for</h2>
        <div className="table-frame" data-testid="grant-requests">
          {requests.length === 0 ? <p className="empty">No agent asks for anything that you could give.</p> : (
            <table className="stacks">
              <thead><tr><th>Asked</th><th>Agent</th><th>To call</th><th>Why, in its own words</th><th>Your answer</th></tr></thead>
              <tbody>
                {requests.map(({ id, createdAt, actor, actions, reason, uses }) => (
                  <tr key={id} data-request={id}>
                    <td data-label="Asked"><Moment at={createdAt} /></td>
                    <td data-label="Agent">{nameOf(actor)}</td>
                    <td data-label="To call"><code>{actions.join(', ')}</code></td>
                    <td className="typed" data-label="Why">{reason}</td>
                    <td><AnswerForm requestId={id} agent={nameOf(actor)} actions={actions.join(', ')} uses={uses} /></td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
        </div>
      </section>
      <section className="stack-tight">
        <h2>Live</h2>
        <GrantTable grants={live} nameOf={nameOf} testId="live-grants" empty="Nobody may do anything for you right now." />
      </section>
      <section className="card">
        <header><h2>Give one without being asked</h2></header>
        <GiveForm agents={agents.filter(({ state }) => state === 'active').map(({ id, name }) => ({ id, name }))} actions={givableBy(user)} />
      </section>
      <section className="stack-tight">
        <h2>Used, expired and revoked</h2>
        <GrantTable grants={over} nameOf={nameOf} testId="past-grants" empty="None yet." />
      </section>
      <LastChecked userId={user.id} actions={['grant.answer', 'grant.give', 'grant.revoke']} />
    </Page>
  )
}

function GrantTable({ grants, nameOf, testId, empty }: { readonly grants: readonly ShownGrant[]; readonly nameOf: (id: string) => string; readonly testId: string; readonly empty: string }) {
  return (
    <div className="table-frame" data-testid={testId}>
      {grants.length === 0 ? <p className="empty">{empty}</p> : (
        <table className="stacks">
          <thead><tr><th>Given</th><th>Agent</th><th>May call</th><th className="number">Used</th><th>Until</th><th>State</th><th><span className="visually-hidden">Revoke</span></th></tr></thead>
          <tbody>
            {grants.map(({ id, createdAt, actor, actions, uses, maxUses, expiresAt, status }) => (
              <tr key={id} data-grant={id}>
                <td data-label="Given"><Moment at={createdAt} /></td>
                <td data-label="Agent">{nameOf(actor)}</td>
                <td data-label="May call"><code>{actions.join(', ')}</code></td>
                <td className="number" data-label="Used">{uses} of {maxUses}</td>
                <td data-label="Until"><Moment at={expiresAt} /></td>
                <td data-label="State"><GrantBadge status={status} /></td>
                <td>{status === 'live' || status === 'early' ? <RevokeGrantForm grantId={id} label={`${actions.join(', ')} of ${nameOf(actor)}`} /> : null}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  )
}
