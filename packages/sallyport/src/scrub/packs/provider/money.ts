import type { Row } from '../rows.ts'

/** Payments and commerce. */
export const MONEY: readonly Row[] = [
  ['stripe-secret-key', 'Stripe secret key', '\\bsk_(?:live|test|prod)_[A-Za-z0-9]{10,}'],
  ['stripe-restricted-key', 'Stripe restricted key', '\\brk_(?:live|test|prod)_[A-Za-z0-9]{10,}'],
  ['stripe-webhook-secret', 'Stripe webhook signing secret', '\\bwhsec_[A-Za-z0-9+/]{24,}={0,2}'],
  ['square-access-token', 'Square access token', '\\bEAAA[\\w-]{56,}'],
  ['square-legacy-token', 'Square personal access token', '\\bsq0atp-[\\w-]{22,}'],
  ['square-oauth-secret', 'Square OAuth secret', '\\bsq0csp-[\\w-]{43,}'],
  ['braintree-token', 'Braintree access token', '\\baccess_token\\$(?:production|sandbox)\\$[a-z0-9]{16}\\$[a-f0-9]{32}'],
  ['flutterwave-secret-key', 'Flutterwave secret key', '\\bFLWSECK(?:_TEST)?-[A-Za-z0-9]{12,}(?:-X)?'],
  ['mollie-key', 'Mollie, GoCardless or Lob live key', '\\blive_[A-Za-z0-9]{30,}'],
  ['shopify-access-token', 'Shopify access token', '\\bshpat_[A-Fa-f0-9]{32}'],
  ['shopify-custom-app-token', 'Shopify custom app token', '\\bshpca_[A-Fa-f0-9]{32}'],
  ['shopify-private-app-token', 'Shopify private app token', '\\bshppa_[A-Fa-f0-9]{32}'],
  ['shopify-shared-secret', 'Shopify shared secret', '\\bshpss_[A-Fa-f0-9]{32}'],
  ['shippo-token', 'Shippo API token', '\\bshippo_(?:live|test)_[a-f0-9]{40}'],
  ['easypost-key', 'EasyPost API key', '\\bEZAK[A-Za-z0-9]{54}'],
  ['easypost-test-key', 'EasyPost test key', '\\bEZTK[A-Za-z0-9]{54}'],
  ['plaid-access-token', 'Plaid access token', '\\baccess-(?:sandbox|development|production)-[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}'],
  ['duffel-token', 'Duffel API token', '\\bduffel_(?:test|live)_[\\w=-]{40,}'],
  ['paddle-key', 'Paddle API key', '\\bpdl_(?:live|sdbx)_apikey_[a-z0-9]{26}_\\w{22,}'],
  ['polar-token', 'Polar access token', '\\bpolar_(?:pat|oat|at|rt)_(?:[a-z]_)?[A-Za-z0-9]{32,}'],
  ['onfido-token', 'Onfido API token', '\\bapi_(?:live|sandbox)(?:_(?:us|ca|eu))?\\.[\\w-]{11}\\.[\\w-]{32,}'],
  ['persona-key', 'Persona API key', '\\bpersona_(?:production|sandbox)_[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}'],
]
