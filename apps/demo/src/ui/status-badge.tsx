const TONES: Readonly<Record<string, string>> = { packing: 'waiting', shipped: 'accent', delivered: 'passed' }

/** Where an order is. */
export function StatusBadge({ status }: { readonly status: string }) {
  return <span className="badge" data-tone={TONES[status]}>{status}</span>
}
