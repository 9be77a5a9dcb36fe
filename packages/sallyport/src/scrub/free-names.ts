/** Two keys may become the same: none is lost. */
export class FreeNames {
  readonly #taken = new WeakMap<object, Map<string, number>>()

  /** `key`, or where `target` has it already, `key 2` and so on. */
  free(target: object, key: string, has: (key: string) => boolean): string {
    if (!has(key)) return key
    let taken = this.#taken.get(target)
    if (taken === undefined) this.#taken.set(target, (taken = new Map()))
    // Counted on from the last: thousands of keys may become one.
    let n = taken.get(key) ?? 2
    while (has(`${key} ${n}`)) n += 1
    taken.set(key, n + 1)
    return `${key} ${n}`
  }
}
