import type { Departure, EndedSignIns } from './departure.ts'
import type { IdentityProvider } from './provider.ts'

/** Ends what a provider holds of somebody. One that has no way to is named as such: nothing is left in silence. */
export async function endSignIns(provider: Pick<IdentityProvider, 'name' | 'end'>, principalId: string, departure: Departure): Promise<EndedSignIns> {
  if (provider.end === undefined) return { notEnded: [{ what: 'sign-ins', by: provider.name, why: 'no-way' }] }
  return provider.end(principalId, departure)
}
