import { DefinitionError, SallyportError } from '../errors/sallyport-error.ts'
import { endSignIns } from './end-sign-ins.ts'
import type { IdentityProvider } from './provider.ts'

/** What a provider recognises. */
type PrincipalOf<Provider> = Provider extends IdentityProvider<infer P> ? P : never

/**
 * Asks several identity providers in turn. A provider that finds no credential of its own returns `null` and the next one is
 * asked; the first principal counts. A provider that finds a credential of its own and rejects it throws, and that denies:
 * a caller with a bad key is never taken for another one, nor for a visitor. So does a bearer token that no provider knows,
 * unless one of them has recognised the caller by other means.
 *
 * @throws DefinitionError when the list is empty.
 * @example
 * ```ts
 * identity: firstOf([apiKeys({ store }), betterAuthIdentity(auth, { toPrincipal })])
 * ```
 */
export function firstOf<Providers extends readonly IdentityProvider[]>(providers: Providers): IdentityProvider<PrincipalOf<Providers[number]>> {
  if (providers.length === 0) throw new DefinitionError('firstOf() needs at least one identity provider')
  return {
    name: `firstOf(${providers.map((provider) => provider.name).join(', ')})`,
    async authenticate(request, options) {
      for (const provider of providers) {
        // Each provider answers with its own kind of principal, and the union of them is what this one answers.
        const found = (await provider.authenticate(request, options)) as PrincipalOf<Providers[number]> | null | undefined
        // `undefined` is no clear answer: a provider in plain JavaScript that forgot to return must not let the next one decide.
        if (found === undefined) throw new SallyportError('UNAUTHENTICATED', { reason: `identity provider "${provider.name}" answered neither with a principal nor with null` })
        if (found !== null) return found
      }
      if (/^bearer /i.test(request.headers.get('authorization') ?? '')) {
        throw new SallyportError('UNAUTHENTICATED', { reason: 'a bearer token was sent that no identity provider knows' })
      }
      return null
    },
    async end(principalId, departure) {
      const ended = await Promise.allSettled(providers.map((provider) => endSignIns(provider, principalId, departure)))
      // One that fails must not keep the others from it; that it failed is told all the same.
      for (const one of ended) if (one.status === 'rejected') throw one.reason as Error
      const all = ended.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
      const sum = (key: 'keys' | 'keysHandedOver' | 'sessions'): number => all.reduce((total, one) => total + (one[key] ?? 0), 0)
      return { keys: sum('keys'), keysHandedOver: sum('keysHandedOver'), sessions: sum('sessions'), notEnded: all.flatMap(({ notEnded = [] }) => notEnded) }
    },
  }
}
