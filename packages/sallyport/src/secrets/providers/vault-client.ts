import { SecretProviderError } from '../provider.ts'
import { field, requestJson, type JsonAnswer } from './http.ts'

/** How to sign in to Vault or OpenBao. */
export type VaultAuth =
  | { readonly token: string | (() => string | Promise<string>) }
  | { readonly appRole: { readonly roleId: string; readonly secretId: string | (() => string | Promise<string>); readonly mount?: string } }
  | { readonly kubernetes: { readonly role: string; readonly jwt: () => string | Promise<string>; readonly mount?: string } }

/** Options that every use of Vault or OpenBao has. */
export interface VaultOptions {
  /** For example `https://vault.internal:8200`. */
  readonly address: string
  readonly auth: VaultAuth
  /** Enterprise and OpenBao namespaces. */
  readonly namespace?: string
  /** Default: the global `fetch`. */
  readonly fetch?: typeof fetch
  readonly now?: () => number
}

/** Talks to Vault's HTTP API: signs in when needed, once again when a token has ended. */
export class VaultClient {
  readonly #options: VaultOptions
  readonly #now: () => number
  #token: { readonly value: string; readonly until: number } | undefined

  constructor(options: VaultOptions) {
    this.#options = options
    this.#now = options.now ?? ((): number => Date.now())
  }

  /** Calls `/v1/PATH`. 404 is an answer; 403 is tried once more with a new token; everything else that is no success throws. */
  async call(method: 'GET' | 'POST' | 'PUT', path: string, body?: unknown, signal?: AbortSignal): Promise<JsonAnswer> {
    let answer = await this.#send(method, path, body, await this.#signIn(), signal)
    if (answer.status === 403 && !('token' in this.#options.auth)) {
      this.#token = undefined
      answer = await this.#send(method, path, body, await this.#signIn(), signal)
    }
    if (answer.status >= 400 && answer.status !== 404 && answer.status !== 400) throw new SecretProviderError(`Vault answered ${answer.status} to ${method} ${path}`)
    return answer
  }

  #send(method: string, path: string, body: unknown, token: string | undefined, signal: AbortSignal | undefined): Promise<JsonAnswer> {
    const headers: Record<string, string> = { 'x-vault-request': 'true' }
    if (token !== undefined) headers['x-vault-token'] = token
    if (this.#options.namespace !== undefined) headers['x-vault-namespace'] = this.#options.namespace
    if (body !== undefined) headers['content-type'] = 'application/json'
    const send = this.#options.fetch ?? fetch
    return requestJson(send, `${this.#options.address.replace(/\/+$/, '')}/v1/${path}`, {
      method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }), ...(signal === undefined ? {} : { signal }),
    })
  }

  async #signIn(): Promise<string> {
    const { auth } = this.#options
    if ('token' in auth) return await valueOf(auth.token)
    if (this.#token !== undefined && this.#token.until > this.#now()) return this.#token.value
    const [path, body] =
      'appRole' in auth
        ? [`auth/${auth.appRole.mount ?? 'approle'}/login`, { role_id: auth.appRole.roleId, secret_id: await valueOf(auth.appRole.secretId) }]
        : [`auth/${auth.kubernetes.mount ?? 'kubernetes'}/login`, { role: auth.kubernetes.role, jwt: await auth.kubernetes.jwt() }]
    const answer = await this.#send('POST', path, body, undefined, undefined)
    const token = field(answer.body, 'auth', 'client_token')
    const seconds = Number(field(answer.body, 'auth', 'lease_duration') ?? 0)
    if (answer.status !== 200 || typeof token !== 'string') throw new SecretProviderError(`Vault answered ${answer.status} to signing in`)
    // A token is renewed by signing in again, a little before it ends. No lease duration means that it does not end.
    this.#token = { value: token, until: seconds === 0 ? Number.POSITIVE_INFINITY : this.#now() + seconds * 900 }
    return token
  }
}

async function valueOf(source: string | (() => string | Promise<string>)): Promise<string> {
  return typeof source === 'string' ? source : await source()
}
