const TONES: Readonly<Record<string, string>> = { live: 'passed', early: 'waiting', used: 'accent', revoked: 'refused' }

/** Where a grant stands. */
export function GrantBadge({ status }: { readonly status: string }) {
  return <span className="badge" data-tone={TONES[status]}>{status}</span>
}
