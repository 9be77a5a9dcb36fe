import { randomBytes, randomInt } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** What is made once per data directory and kept there, readable by its owner alone. */
export interface Keys {
  readonly authSecret: string
  readonly vaultKey: string
  readonly modelKey: string
  /** The password of every demo account. */
  readonly password: string
}

/** Reads the keys of a data directory, or makes them: nothing that opens anything is in the source. */
export function keysOf(directory: string): Keys {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const path = join(directory, 'keys.json')
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Keys
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw new Error(`${path} can't be read. Delete the directory to start afresh.`, { cause: error })
  }
  const keys: Keys = {
    authSecret: randomBytes(32).toString('base64url'),
    vaultKey: randomBytes(32).toString('base64'),
    modelKey: randomBytes(24).toString('base64url'),
    password: `${WORDS[randomInt(WORDS.length)]}-${WORDS[randomInt(WORDS.length)]}-${randomInt(100, 1_000)}`,
  }
  writeFileSync(path, JSON.stringify(keys, null, 2), { mode: 0o600, flag: 'wx' })
  return keys
}

const WORDS = ['anchor', 'barley', 'candle', 'cobble', 'copper', 'harbour', 'lantern', 'linen', 'marble', 'meadow', 'orchard', 'pebble', 'saffron', 'timber', 'velvet', 'willow']
