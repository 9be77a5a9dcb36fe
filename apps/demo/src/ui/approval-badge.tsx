const TONES: Readonly<Record<string, string>> = { pending: 'waiting', approved: 'accent', executed: 'passed', denied: 'refused', expired: 'refused' }

/** Where an approval stands. */
export function ApprovalBadge({ status }: { readonly status: string }) {
  return <span className="badge" data-tone={TONES[status]}>{status}</span>
}
