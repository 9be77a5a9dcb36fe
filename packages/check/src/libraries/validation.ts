import type { Library } from './types.ts'

/** Zod. */
export const zod: Library = {
  name: 'Zod',
  packages: ['zod', 'zod/*', 'zod-form-data', '@hookform/resolvers/zod', 'drizzle-zod', 'zod-prisma*', 'drizzle-valibot', '@conform-to/zod'],
  calls: {
    '**.{parse,parseAsync}': { validates: 'value' },
    '**.{safeParse,safeParseAsync,spa}': { validates: 'result' },
    'parseWithZod': { validates: 'result' },
  },
}

/** Other libraries with the Standard Schema interface. */
export const standardSchemas: Library = {
  name: 'Standard Schema libraries',
  packages: ['valibot', 'arktype', 'yup', 'joi', 'superstruct', '@sinclair/typebox', '@sinclair/typebox/*', 'effect', 'effect/*', '@effect/*', 'runtypes', 'io-ts', 'ajv', '@standard-schema/*', 'decoders', 'myzod'],
  calls: {
    '{parse,parseAsync,assert,create,mask}': { validates: 'value' },
    'v.{parse,parseAsync}': { validates: 'value' },
    '{safeParse,safeParseAsync}': { validates: 'result' },
    'v.{safeParse,safeParseAsync}': { validates: 'result' },
    '{parser,safeParser}': {},
    '{parser(),safeParser()}': { validates: 'value' },
    '**.{validateSync,cast,attempt,assert,Parse,Decode}': { validates: 'value' },
    '**.{validate}': { validates: 'result' },
    '{type,type()}': {},
    '**type()': { validates: 'value' },
    'Schema.{decodeUnknownSync(),decodeSync()}': { validates: 'value' },
  },
}

/** Counting calls against a limit. */
export const limiters: Library = {
  name: 'Limiters',
  packages: ['@upstash/ratelimit', 'rate-limiter-flexible', '@arcjet/*', 'limiter', 'express-rate-limit', '@vercel/firewall', 'bottleneck', '@unkey/ratelimit', 'next-limiter', 'lambda-rate-limiter', 'hono-rate-limiter'],
  calls: {
    '**Ratelimit().{limit,blockUntilReady}': { limit: { success: false, remaining: 'unknown' } },
    '**Ratelimit().{getRemaining}': {},
    '**.consume': { limit: 'throws' },
    '**.protect': { limit: { isDenied: 'unknown', conclusion: 'unknown' } },
    '**.{tryRemoveTokens}': { limit: false },
    '**.{check}': { limit: 'throws' },
    'checkRateLimit': { limit: { rateLimited: true } },
  },
}

/** What removes secrets and personal data. */
export const scrubbers: Library = {
  name: 'Scrubbers',
  packages: ['sallyport/scrub', 'sallyport/gitleaks', '@secretlint/*', 'redact-pii', 'fast-redact'],
  calls: {
    '**{scrub,scrubText,scrubStream,redact,createScrubber().*,scrubber().*}': { scrubs: true },
    '**': { scrubs: true },
  },
}
