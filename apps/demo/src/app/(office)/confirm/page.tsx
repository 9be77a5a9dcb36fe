import { requireUser } from '../../../auth/current-user.ts'
import { ConfirmForm } from '../../../forms/confirm-form.tsx'
import { Page } from '../../../ui/shell.tsx'

export const metadata = { title: 'Confirm that it is you' }

const PAGES = ['/', '/secrets', '/approvals']

export default async function Confirm({ searchParams }: { readonly searchParams: Promise<{ next?: string | string[] }> }) {
  const user = await requireUser()
  const { next } = await searchParams
  return (
    <Page title="Is it still you?" lead="Some actions need a sign-in of the last few minutes: whoever finds an open laptop should not get to rotate a key.">
      <section className="card" style={{ maxWidth: '28rem' }}>
        <p className="small muted" style={{ marginBottom: '0.875rem' }}>Signed in as {user.email}</p>
        <ConfirmForm next={typeof next === 'string' && PAGES.includes(next) ? next : '/'} />
      </section>
    </Page>
  )
}
