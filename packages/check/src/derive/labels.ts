/** What is known of where a value comes from: a set of bits. */
export type Labels = number

/** Chosen by the caller. */
export const CALLER = 1
/** A cookie, a header, a signature: sent by the caller, verified by nobody yet. */
export const CREDENTIAL = 2
/** From a verified session. */
export const SESSION = 4
/** A row as the database gave it. */
export const ROW = 8
/** A caught error, or its message. */
export const ERROR = 16
/** Output of a model. */
export const MODEL = 32
/** From the server's environment. */
export const SECRET = 64
/** Passed a schema or a check of its type at run time. */
export const VALID = 128
/** The caller says who it is: `userId`, `ownerId`, … */
export const IDENTITY = 256
/** A right of the principal: its role, its permissions. */
export const ROLE = 512
/** Went through a scrubber. */
export const SCRUBBED = 1024
/** What a limiter answered. */
export const LIMIT = 2048
/** A file or a table that the server keeps. */
export const STORED = 4096
/** Keyed by a secret that only its holder knows: a row found by a token. */
export const TOKEN = 8192

/** A row that the caller selected. */
export const PICKED = 16384

/** A setting of the deployment (`VERCEL`, `APP_ENV`): the same for every caller. */
export const SETTING = 65536

/** A part of the address: a string, whatever the caller sends. */
export const TEXT = 131072

/** What the server keeps by key from call to call, to count: an entry of a map, what `INCR` answers. */
export const COUNT = 262144

/** How many rows a table has under a condition. */
export const ROWS = 1048576

/** The time of now. */
export const NOW = 524288

/** Read from a database or a file, whole or in part. */
export const DATA = 32768

const tokenName = /token|otp|secret|api_?key|invite_?code|verification_?code|magic/i

/** A column that tells of a token, and is none. */
const aboutToken = /(?:_id|Ids?|ID|_?type|_?name|_?count|_?limit|_?used|_?usage|_at|At|_?expires?|_?expiry)$/

/** Whether a column holds something that only its holder knows. */
export function namesToken(name: string): boolean {
  return tokenName.test(name) && !aboutToken.test(name)
}

const clean: readonly (readonly [mark: Labels, of: Labels])[] = [[VALID, CALLER], [TEXT, CALLER], [SCRUBBED, MODEL]]
const marks: Labels = VALID | TEXT | SCRUBBED

/** Labels of a value made of two: a mark of cleanness stays only if all that needed it had it. */
export function union(left: Labels, right: Labels): Labels {
  let both = left | right
  if ((both & marks) === 0) return both
  for (const [mark, of] of clean) {
    if ((both & mark) === 0) continue
    if (((left & of) !== 0 && (left & mark) === 0) || ((right & of) !== 0 && (right & mark) === 0)) both &= ~mark
  }
  return both
}

/** True if the set has any of the bits. */
export function has(labels: Labels, bits: Labels): boolean {
  return (labels & bits) !== 0
}

const identity = /^(?:(?:user|owner|author|creator|uploader|requester|actor)_?id|(?:created|updated|invited|uploaded|owned|sent)_?by(?:_?id)?|uid)$/i
const role = /^(?:roles?|is_?(?:super_?)?admin|is_?owner|permissions?|scopes?|claims|plan|tier|org_?role|has_?permission|abilities|privileges?|access_?level)$/i

/** Whether a name says who somebody is. */
export function namesIdentity(name: string): boolean {
  return identity.test(name)
}

/** Whether a name says what somebody may do. */
export function namesRight(name: string): boolean {
  return role.test(name)
}
