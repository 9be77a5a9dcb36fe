'use server'

import * as prices from '../actions/prices.ts'

export const changePrice = prices.changePrice

/** Runs what was approved, with the input that was approved. The id is all that a browser says, and the port checks it like any call. */
export async function applyPrice(_previous: unknown, form: unknown) {
  return prices.changePrice.resume(form instanceof FormData ? String(form.get('approvalId')) : '')
}
