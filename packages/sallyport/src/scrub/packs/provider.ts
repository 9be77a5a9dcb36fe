import type { Rule } from '../rule.ts'
import { CLOUD } from './provider/cloud.ts'
import { CODE } from './provider/code.ts'
import { FORMAT } from './provider/format.ts'
import { MODEL } from './provider/model.ts'
import { MONEY } from './provider/money.ts'
import { SERVICE } from './provider/service.ts'
import { rulesOf } from './rows.ts'

/**
 * Keys and tokens of the providers that a team meets, private keys, JSON Web Tokens, and passwords in URLs.
 *
 * Every pattern begins with a text of its own, so that ordinary text is hardly ever held back, and decides as soon as the least
 * that it needs has been read, so that a long token isn't held back either.
 */
export const providerRules: readonly Rule[] = rulesOf([...CLOUD, ...CODE, ...MONEY, ...MODEL, ...SERVICE, ...FORMAT])
