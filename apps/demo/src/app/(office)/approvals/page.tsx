import { agentName } from '../../../auth/agents.ts'
import { requireUser } from '../../../auth/current-user.ts'
import { nameOf } from '../../../auth/names.ts'
import { pendingRequests } from '../../../data/approvals.ts'
import { DecideForm } from '../../../forms/price-forms.tsx'
import { Moment } from '../../../ui/format.tsx'
import { LastChecked } from '../../../ui/last-checked.tsx'
import { NeedsScript } from '../../../ui/needs-script.tsx'
import { Page } from '../../../ui/shell.tsx'

export const metadata = { title: 'Approvals' }

export default async function Approvals() {
  const user = await requireUser('manager', 'administrator')
  const requests = await pendingRequests()
  return (
    <Page title="Approvals" lead="What waits for a second person. Nobody decides about what they asked for themselves, one no is final, and whoever approved must still be allowed to when it runs.">
      <NeedsScript>Deciding needs JavaScript.</NeedsScript>
      <div className="table-frame" data-testid="inbox">
        {requests.length === 0 ? <p className="empty">Nothing waits for a decision.</p> : (
          <table className="stacks">
            <thead><tr><th>Asked</th><th>By</th><th>What</th><th>Decide until</th><th><span className="visually-hidden">Decide</span></th></tr></thead>
            <tbody>
              {await Promise.all(requests.map(async (request) => (
                <tr key={request.id}>
                  <td data-label="Asked"><Moment at={request.createdAt} /></td>
                  <td data-label="By"><div>{request.agentId === undefined ? null : <>{await agentName(request.agentId)}, for<br /></>}{request.requesterId === user.id ? 'You' : await nameOf(request.requesterId)}</div></td>
                  <td data-label="What"><div><b>{request.summary}</b><br /><code className="muted">{request.action}</code><details><summary>What runs, to the letter</summary><code className="letters">{request.input}</code></details></div></td>
                  <td data-label="Decide until"><Moment at={request.decideBy} /></td>
                  <td><div className="row"><DecideForm approvalId={request.id} summary={request.summary} decision="approve" /><DecideForm approvalId={request.id} summary={request.summary} decision="deny" /></div></td>
                </tr>
              )))}
            </tbody>
          </table>
        )}
      </div>
      <LastChecked userId={user.id} actions={['approval.approve', 'approval.deny']} />
    </Page>
  )
}
