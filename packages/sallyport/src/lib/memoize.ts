/** Remembers results of a pure function for up to `size` texts. When it is full it forgets all: memory stays bounded. */
export function memoize<T>(compute: (text: string) => T, size = 1_000): (text: string) => T {
  const known = new Map<string, T>()
  return (text) => {
    const before = known.get(text)
    if (before !== undefined) return before
    const result = compute(text)
    if (known.size >= size) known.clear()
    known.set(text, result)
    return result
  }
}
