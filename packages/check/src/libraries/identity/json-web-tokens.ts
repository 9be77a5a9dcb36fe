import type { Library } from '../types.ts'

/** Tokens: what verifies throws on a forged one. */
export const tokens: Library = {
  name: 'JSON Web Tokens',
  packages: ['jose', 'jose/*', 'jsonwebtoken', 'fast-jwt', '@tsndr/cloudflare-worker-jwt', 'paseto'],
  calls: {
    '**{jwtVerify,jwtDecrypt,compactVerify}': { verifies: 'throws', promise: true },
    '**{verify,decrypt}': { verifies: 'throws' },
    '{decodeJwt,decode}': { passes: 0 },
    'default.decode': { passes: 0 },
  },
}
