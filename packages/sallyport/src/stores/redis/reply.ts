/** A reply that is not what a script of ours returns is a failure of the store, never a permission. */
export function numbers(reply: unknown, length: number): readonly number[] {
  if (!Array.isArray(reply) || reply.length !== length) throw malformed()
  const values = reply.map(Number)
  if (values.some(Number.isNaN)) throw malformed()
  return values
}

export function malformed(): Error {
  return new Error('The Redis server answered a script with something else than its result')
}
