import 'server-only'
import type { DatabaseSync } from 'node:sqlite'
import { once } from '../once.ts'
import { files, readSettings } from '../settings.ts'
import { openShop } from './schema.ts'

/** The shop's database, opened when it is first asked for: `next build` loads this module without any settings. */
export function shop(): DatabaseSync {
  return once('shop', () => openShop(files.shop(readSettings().dataDirectory)))
}
