import type { Library } from '../types.ts'

/** Hashes of passwords. */
export const passwords: Library = {
  name: 'Password hashes',
  packages: ['bcrypt', 'bcryptjs', 'bcrypt-ts', 'argon2', '@node-rs/argon2', '@node-rs/bcrypt', 'oslo/password', 'hash-wasm', 'scrypt-js', '@phc/*'],
  calls: {
    '**{compare,verify,argon2Verify,bcryptVerify}': { verifies: false, effect: 'password', promise: true },
    '**{compareSync,verifySync}': { verifies: false, effect: 'password' },
    '**{hash,hashSync}': {},
  },
}
