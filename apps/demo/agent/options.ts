import { parseArgs } from 'node:util'

/** What can be said on the command line. */
export interface Options {
  /** Do not wait for anybody: stop at the first thing that a person has to give. */
  readonly once: boolean
  /** One JSON object for each event, instead of prose. */
  readonly json: boolean
  /** The longest that each wait for a person takes, milliseconds. */
  readonly waitMs: number
  /** The id of a grant that somebody has given already, for reading orders. */
  readonly grant?: string
  /** The SKU of the product whose price it asks to change. */
  readonly product: string
  /** Pounds and pence. Default: 50p more than now. */
  readonly price?: string
  readonly help: boolean
}

export const HELP = `npm run agent -- [options]

Works in the running demo over MCP, as an agent without any rights: it asks for what it lacks, and waits for you to give it.

  --once             do not wait: stop where a person is needed (exit code 2)
  --json             one JSON object a line, for programs
  --wait SECONDS     how long to wait for a person, each time (default 300)
  --grant ID         read orders under this grant, which somebody gave without being asked
  --product SKU      whose price to change (default LAN-01)
  --price POUNDS     the new price, like 52.00 (default: 50p more than now)
  --help             this text

DEMO_DATA names the data folder of the demo, where it is not apps/demo/.data.
Exit codes: 0 done, 1 failed or refused, 2 a person is needed, 130 interrupted.`

/** Reads the command line. Throws an error that says what is wrong. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: { once: { type: 'boolean' }, json: { type: 'boolean' }, wait: { type: 'string' }, grant: { type: 'string' }, product: { type: 'string' }, price: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  })
  const { once = false, json = false, wait = '300', grant, product = 'LAN-01', price, help = false } = values
  const seconds = Number(wait)
  if (!(Number.isInteger(seconds) && seconds >= 1 && seconds <= 86_400)) throw new Error(`--wait takes whole seconds between 1 and 86400, not '${wait}'.`)
  if (price !== undefined && !/^\d{1,5}\.\d{2}$/.test(price)) throw new Error(`--price takes pounds and pence, like 52.00, not '${price}'.`)
  return { once, json, waitMs: seconds * 1_000, product, help, ...(grant === undefined ? {} : { grant }), ...(price === undefined ? {} : { price }) }
}
