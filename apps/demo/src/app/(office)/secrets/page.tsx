import { requireUser } from '../../../auth/current-user.ts'
import { listSecrets } from '../../../data/secrets.ts'
import { listTokens } from '../../../data/tokens.ts'
import { CreateTokenForm, RevokeForm, RotateForm } from '../../../forms/secret-forms.tsx'
import { Freshness } from '../../../ui/freshness.tsx'
import { Day, Moment } from '../../../ui/format.tsx'
import { LastChecked } from '../../../ui/last-checked.tsx'
import { Page } from '../../../ui/shell.tsx'

export const metadata = { title: 'Secrets & tokens' }

export default async function Secrets() {
  const user = await requireUser('manager', 'administrator')
  return (
    <Page title="Secrets & tokens" lead="Rotating and revoking need the administrator’s role, and a password typed within the last five minutes. Values are never shown: not here, and not to the person who rotates them.">
      <Freshness signedInAt={user.signedInAt} returnTo="/secrets" />
      <div className="table-frame">
        <table className="stacks">
          <thead><tr><th>Secret</th><th>What it is for</th><th>Version</th><th>Last rotated</th><th><span className="visually-hidden">Rotate</span></th></tr></thead>
          <tbody>
            {(await listSecrets()).map((secret) => (
              <tr key={secret.name}>
                <th scope="row"><code>{secret.name}</code></th>
                <td data-label="For">{secret.purpose}</td>
                <td data-label="Version">
                  <div>
                    <span data-testid={`version-${secret.name}`}>{secret.version}</span>
                    {secret.oldVerifiesUntil === undefined ? null : <p className="small muted">the one before verifies until <Moment at={secret.oldVerifiesUntil} /></p>}
                  </div>
                </td>
                <td data-label="Last rotated"><Moment at={secret.rotatedAt} /></td>
                <td className="answered"><RotateForm name={secret.name} /></td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div className="table-frame">
        <table className="stacks">
          <thead><tr><th>Token</th><th>Held by</th><th>Ends in</th><th>Made</th><th>State</th></tr></thead>
          <tbody>
            {listTokens().map((token) => (
              <tr key={token.id}>
                <th scope="row">{token.name}</th>
                <td data-label="Held by">{token.holder}</td>
                <td data-label="Ends in"><code>…{token.ending}</code></td>
                <td data-label="Made"><Day at={token.createdAt} /></td>
                <td data-label="State">{token.revokedAt === null ? <RevokeForm tokenId={token.id} name={token.name} /> : <span className="badge" data-tone="refused">revoked</span>}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <section className="card">
        <header><h2>A new token</h2></header>
        <CreateTokenForm />
      </section>
      <LastChecked userId={user.id} actions={['secret.rotate', 'token.create', 'token.revoke']} />
    </Page>
  )
}
