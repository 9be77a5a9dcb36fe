'use client'

import { useRouter } from 'next/navigation'
import type { AnyResult } from './result.tsx'

/** After these a fresh page would take away the form, and with it what was typed and why it was refused. */
const STAYS = ['UNAUTHENTICATED', 'CONFLICT', 'APPROVAL_EXPIRED']

/** Whether there is something to see on a fresh page, and it can be had: not when the call never came back. */
function worthwhile({ data, serverError, validationErrors }: AnyResult): boolean {
  return serverError === undefined ? data !== undefined || validationErrors !== undefined : !STAYS.includes(serverError.code)
}

/** For the hooks of `sallyport/react`: a fresh page after a call, since the strip of what was checked is drawn on the server. */
export function useFreshPage(): { readonly onSettled: (event: { readonly result: AnyResult }) => void } {
  const router = useRouter()
  return { onSettled: ({ result }) => void (worthwhile(result) && router.refresh()) }
}

/** The value of a field as it was sent last, for when it has to be corrected. */
export function sentField(input: unknown, name: string): string | undefined {
  const value = input instanceof FormData ? input.get(name) : null
  return typeof value === 'string' ? value : undefined
}
