/** A reply that is not what a script of ours returns is a failure of the store, never a permission. */
export function numbers(reply: unknown, length?: number): readonly number[] {
  if (!Array.isArray(reply) || (length !== undefined && reply.length !== length)) throw malformed()
  const values = reply.map(Number)
  if (values.some(Number.isNaN)) throw malformed()
  return values
}

/** One reply for each of several steps. */
export function list(reply: unknown, length: number): readonly unknown[] {
  if (!Array.isArray(reply) || reply.length !== length) throw malformed()
  return reply
}

/** A step that says yes or no. */
export function yesOrNo(reply: unknown): boolean {
  if (reply !== 0 && reply !== 1) throw malformed()
  return reply === 1
}

export function malformed(): Error {
  return new Error('The Redis server answered a script with something else than its result')
}
