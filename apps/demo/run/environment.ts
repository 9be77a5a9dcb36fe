import { randomBytes, randomInt } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** What is made once per data directory and kept there, readable by its owner alone. */
export interface Keys {
  readonly authSecret: string
  /** 32 bytes in base64: encrypts the shop's secrets in its database. */
  readonly vaultKey: string
  /** Compares the shop's secrets without knowing them. */
  readonly fingerprintKey: string
  readonly modelKey: string
  /** The password of every demo account. */
  readonly password: string
}

/** Reads the keys of a data directory, or makes them: nothing that opens anything is in the source. */
export function keysOf(directory: string): Keys {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const path = join(directory, 'keys.json')
  const known = readKeys(path)
  if (known !== undefined && KEYS.every((name) => known[name] !== undefined)) return known as Keys
  const keys: Keys = {
    authSecret: randomBytes(32).toString('base64url'),
    vaultKey: randomBytes(32).toString('base64'),
    fingerprintKey: randomBytes(24).toString('base64url'),
    modelKey: randomBytes(24).toString('base64url'),
    password: `${WORDS[randomInt(WORDS.length)]}-${WORDS[randomInt(WORDS.length)]}-${randomInt(100, 1_000)}`,
    // A folder of an earlier version keeps what it has.
    ...known,
  }
  writeFileSync(path, JSON.stringify(keys, null, 2), { mode: 0o600, flag: known === undefined ? 'wx' : 'w' })
  return keys
}

const KEYS = ['authSecret', 'vaultKey', 'fingerprintKey', 'modelKey', 'password'] as const

function readKeys(path: string): Partial<Keys> | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Partial<Keys>
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new Error(`${path} can't be read. Delete the directory to start afresh.`, { cause: error })
  }
}

const WORDS = ['anchor', 'barley', 'candle', 'cobble', 'copper', 'harbour', 'lantern', 'linen', 'marble', 'meadow', 'orchard', 'pebble', 'saffron', 'timber', 'velvet', 'willow']
