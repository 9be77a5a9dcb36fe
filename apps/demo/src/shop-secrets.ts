import { defineSecrets, encryptedProvider, envProvider, type EncryptedProvider, type SealedStorage, type SecretStateStore } from 'sallyport/secrets'

/** Variables of the environment, which `npm start` makes once for each data directory (run/environment.ts). */
export type Environment = Readonly<Record<string, string | undefined>>

const ENVIRONMENT = 'production'

/** Keeps values in the database, each encrypted with a key of its own, and those with the key of the environment. */
export function sealedProvider(storage: SealedStorage, env: Environment, now?: () => number): EncryptedProvider {
  return encryptedProvider({ storage, keys: { first: env['DEMO_VAULT_KEY'] ?? '' }, environment: ENVIRONMENT, ...(now && { now }) })
}

/** Every secret of the shop: what it is for, who answers for it, where it is kept and when it changes. */
export function defineShopSecrets(storage: SealedStorage, state: SecretStateStore, env: Environment) {
  const fromEnvironment = envProvider({ env })
  return defineSecrets({
    environment: ENVIRONMENT,
    provider: sealedProvider(storage, env),
    state,
    isolation: { key: env['DEMO_FINGERPRINT_KEY'] ?? '' },
    secrets: {
      PAYMENT_API_KEY: { description: 'Charges cards at the payment provider', owner: 'administrator', principal: 'service:payments', rotate: '90d', overlap: '10m', rotation: {} },
      WAREHOUSE_WEBHOOK_KEY: { description: 'Signs the messages to the warehouse', owner: 'administrator', principal: 'service:warehouse', rotate: '90d', overlap: '10m', rotation: {} },
      AUTH_SECRET: { description: 'Signs the sessions of people', owner: 'administrator', provider: fromEnvironment, key: 'DEMO_AUTH_SECRET' },
      VAULT_KEY: { description: 'Encrypts the keys that encrypt the secrets', owner: 'administrator', provider: fromEnvironment, key: 'DEMO_VAULT_KEY' },
      MODEL_KEY: { description: 'Opens the model of the assistant', owner: 'administrator', provider: fromEnvironment, key: 'OPENAI_API_KEY' },
    },
  })
}

/** The secrets that an administrator rotates in the shop. The others come from its environment, with a restart. */
export const ROTATED = ['PAYMENT_API_KEY', 'WAREHOUSE_WEBHOOK_KEY'] as const
