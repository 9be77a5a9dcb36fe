import { DefinitionError } from '../../errors/sallyport-error.ts'

/** What an MCP server is to OAuth 2.0: a protected resource. */
export interface OAuthOptions {
  /** The server's own address, which tokens must be issued for (`aud`). The identity provider checks it. */
  readonly resource: string
  /** Who issues tokens for it. */
  readonly authorizationServers: readonly string[]
}

/** OAuth 2.0 Protected Resource Metadata (RFC 9728, section 2). */
export interface ProtectedResourceMetadata {
  readonly resource: string
  readonly authorization_servers: readonly string[]
  readonly bearer_methods_supported: readonly ['header']
  readonly scopes_supported?: readonly string[]
}

/**
 * The metadata of a protected resource.
 *
 * @throws DefinitionError when the resource is no URL, or has a fragment (RFC 8707, section 2).
 */
export function protectedResourceMetadata({ resource, authorizationServers }: OAuthOptions, scopes: readonly string[]): ProtectedResourceMetadata {
  if (!URL.canParse(resource) || new URL(resource).hash !== '') throw new DefinitionError(`'${resource}' is not the address of a resource.`)
  return {
    resource,
    authorization_servers: authorizationServers,
    bearer_methods_supported: ['header'],
    ...(scopes.length === 0 ? {} : { scopes_supported: [...new Set(scopes)].sort() }),
  }
}

/** Where the metadata is served: the well-known prefix before the resource's path (RFC 9728, section 3.1). */
export function metadataPath(resource: string): string {
  const { pathname } = new URL(resource)
  return `/.well-known/oauth-protected-resource${pathname === '/' ? '' : pathname}`
}

/** A 401 that tells a client where to get a token (RFC 9728, section 5.1; RFC 6750, section 3). */
export function challenge({ resource }: OAuthOptions, error?: 'invalid_token'): Response {
  const metadata = `${new URL(resource).origin}${metadataPath(resource)}`
  const parts = [`resource_metadata="${metadata}"`, ...(error === undefined ? [] : [`error="${error}"`])]
  return Response.json({ error: error ?? 'unauthorized' }, { status: 401, headers: { 'www-authenticate': `Bearer ${parts.join(', ')}` } })
}
