import type { MaybePromise } from '../lib/maybe-promise.ts'

/** What is told when an approval changes: which one, and what happened. Never what is in it, and nothing with which one could decide. */
export interface ApprovalNotice {
  readonly kind: 'requested' | 'approved' | 'denied' | 'withdrawn' | 'glass-broken'
  readonly approvalId: string
  readonly environment: string
}

/** An agent asks for a grant. */
export interface GrantNotice {
  readonly kind: 'grant-requested'
  readonly requestId: string
  readonly environment: string
}

/** Tells somebody: by mail, by a webhook. A failure is logged and changes nothing. */
export type ApprovalNotifier = (notice: ApprovalNotice | GrantNotice) => MaybePromise<void>

/** How a webhook is reached. */
export interface WebhookOptions {
  readonly url: string
  /** Signs each message: at least 32 characters, known to the receiver. */
  readonly secret: string
  /** Milliseconds to wait for the receiver. Default 5,000. */
  readonly timeoutMs?: number
  /** Default the global `fetch`. */
  readonly fetch?: typeof fetch
  /** Default the system's clock. */
  readonly now?: () => number
}

/**
 * Tells a webhook of each notice, as JSON. The header `sallyport-signature` is `t=<seconds>,v1=<hex>`: HMAC-SHA-256 with the
 * secret over `<seconds>.<body>`. The receiver compares it, refuses what is older than five minutes, and asks for the approval by its
 * id with rights of its own.
 *
 * @throws RangeError for a secret of less than 32 characters. The notifier rejects when the receiver does not answer with 2xx.
 * @example
 * ```ts
 * createPort({ notify: approvalWebhook({ url: 'https://chat.example/hooks/approvals', secret }), … })
 * ```
 */
export function approvalWebhook(options: WebhookOptions): ApprovalNotifier {
  const { url, secret, timeoutMs = 5_000, now = Date.now } = options
  if (secret.length < 32) throw new RangeError('The secret of a webhook needs at least 32 characters')
  const encoder = new TextEncoder()
  let key: Promise<CryptoKey> | undefined
  return async (notice) => {
    key ??= crypto.subtle.importKey('raw', encoder.encode(secret), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
    const body = JSON.stringify(notice)
    const seconds = Math.floor(now() / 1_000)
    const mac = new Uint8Array(await crypto.subtle.sign('HMAC', await key, encoder.encode(`${seconds}.${body}`)))
    const signature = [...mac].map((byte) => byte.toString(16).padStart(2, '0')).join('')
    const response = await (options.fetch ?? fetch)(url, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', 'sallyport-signature': `t=${seconds},v1=${signature}` },
      signal: AbortSignal.timeout(timeoutMs),
      redirect: 'error',
    })
    if (!response.ok) throw new Error(`The webhook answered ${response.status}`)
  }
}
