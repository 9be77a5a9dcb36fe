const POUNDS = new Intl.NumberFormat('en-GB', { style: 'currency', currency: 'GBP' })
const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' })
const MOMENT = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', second: '2-digit', timeZone: 'UTC' })

/** Pence as pounds. */
export const pounds = (pence: number): string => POUNDS.format(pence / 100)

/** A day, for what happened days ago. */
export function Day({ at }: { readonly at: number }) {
  return <time className="nowrap" dateTime={new Date(at).toISOString()}>{DAY.format(at)}</time>
}

/** A moment to the second, in UTC like the log. */
export function Moment({ at }: { readonly at: number }) {
  return <time className="nowrap" dateTime={new Date(at).toISOString()}>{MOMENT.format(at)} UTC</time>
}
