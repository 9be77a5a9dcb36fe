'use client'

import { useRouter } from 'next/navigation'

/** For the hooks of `sallyport/react`: a fresh page after every call, since the strip of what was checked is drawn on the server. */
export function useFreshPage(): { readonly onSettled: () => void } {
  const router = useRouter()
  return { onSettled: () => router.refresh() }
}

/** The value of a field as it was sent last, for when it has to be corrected. */
export function sentField(input: unknown, name: string): string | undefined {
  const value = input instanceof FormData ? input.get(name) : null
  return typeof value === 'string' ? value : undefined
}
