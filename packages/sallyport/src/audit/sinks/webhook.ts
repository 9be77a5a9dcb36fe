/** Node only (`node:crypto`). */
import { createHmac } from 'node:crypto'
import type { StoredEvent } from '../types.ts'
import type { AuditSink } from './sink.ts'

/** Options of {@link webhookSink}. */
export interface WebhookSinkOptions {
  /** Default: `webhook`. */
  readonly name?: string
  readonly url: string
  /** Key of the signature, at least 24 bytes (Standard Webhooks). */
  readonly secret: Uint8Array
  /** Milliseconds to wait for an answer. Default 10,000. */
  readonly timeoutMs?: number
  /** What a batch becomes. Default: `{ events: [{ sequence, …event }] }`. */
  readonly body?: (events: readonly StoredEvent[]) => unknown
  readonly fetch?: typeof fetch
  readonly now?: () => number
}

/**
 * Posts batches, signed as Standard Webhooks asks (`webhook-id`, `webhook-timestamp`, `webhook-signature`: HMAC-SHA-256). A
 * batch keeps its id when it is sent again by the same process; after a restart it may be longer, and have another. A receiver
 * that drops repeats by the events' `sequence` is right in both cases, and sees by it that nothing is missing. Any answer but 2xx means: again later.
 *
 * @throws RangeError for a secret below 24 bytes.
 * @see https://www.standardwebhooks.com
 */
export function webhookSink(options: WebhookSinkOptions): AuditSink {
  const { name = 'webhook', url, secret, timeoutMs = 10_000, fetch: send = fetch, now = Date.now } = options
  if (secret.length < 24) throw new RangeError('the secret of a webhook needs at least 24 bytes')
  const bodyOf = options.body ?? ((events) => ({ events: events.map(({ sequence, event }) => ({ sequence, ...event })) }))
  return {
    name,
    async deliver(events) {
      const first = events[0]?.sequence ?? 0
      const id = `${name}_${first}_${events.at(-1)?.sequence ?? first}`
      const timestamp = Math.floor(now() / 1_000)
      const body = JSON.stringify(bodyOf(events))
      const signature = createHmac('sha256', secret).update(`${id}.${timestamp}.${body}`).digest('base64')
      const response = await send(url, {
        method: 'POST', body, redirect: 'error', signal: AbortSignal.timeout(timeoutMs),
        headers: { 'content-type': 'application/json', 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': `v1,${signature}` },
      })
      await response.body?.cancel()
      if (!response.ok) throw new Error(`the webhook answered ${response.status}`)
    },
  }
}
