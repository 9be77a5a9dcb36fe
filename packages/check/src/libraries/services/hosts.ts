import type { EffectKind } from '../types.ts'

/** What a request to an address costs, where it is that of a service: code that calls it with `fetch` spends as much as with its client. */
const services: readonly (readonly [host: RegExp, kind: EffectKind])[] = [
  [/^https:\/\/(?:api\.(?:openai|anthropic|deepseek|mistral|cohere|groq|perplexity|x|together|fireworks|replicate|stability|elevenlabs)\.(?:com|ai|xyz|io)|openrouter\.ai|generativelanguage\.googleapis\.com|ai-gateway\.vercel\.sh|gateway\.ai\.cloudflare\.com|router\.huggingface\.co|[\w-]+\.openai\.azure\.com)\//, 'model'],
  [/^https:\/\/(?:api\.(?:resend|sendgrid|postmarkapp|mailgun|eu\.mailgun|brevo|twilio|mailersend)\.(?:com|net)|api\.mailgun\.net)\//, 'message'],
]

/** What a request to an address costs, if anything. */
export function costOf(address: string): EffectKind | undefined {
  return services.find(([host]) => host.test(address))?.[1]
}
