import { requireUser } from '../../auth/current-user.ts'
import { Shell } from '../../ui/shell.tsx'

export default async function Office({ children }: { readonly children: React.ReactNode }) {
  return <Shell user={await requireUser()}>{children}</Shell>
}
