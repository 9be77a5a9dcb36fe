/** Which fields of a result may be seen: by name, `null` for a field with all that is in it. Lists are seen through: a field of each item. */
export type FieldTree = ReadonlyMap<string, FieldTree | null>

/** The tree of paths like `id` and `items.price`. Where a field is named whole and in part, the whole counts. */
export function fieldTree(paths: readonly string[]): FieldTree {
  const root = new Map<string, FieldTree | null>()
  for (const path of paths) add(root, path.split('.'))
  return root
}

function add(tree: Map<string, FieldTree | null>, [name = '', ...rest]: readonly string[]): void {
  const known = tree.get(name)
  if (known === null || rest.length === 0) {
    tree.set(name, null)
    return
  }
  const below = new Map(known)
  add(below, rest)
  tree.set(name, below)
}

/** What both let through. `null` lets all through. */
export function intersectFields(one: FieldTree | null, other: FieldTree | null): FieldTree | null {
  if (one === null) return other
  if (other === null) return one
  const both = new Map<string, FieldTree | null>()
  for (const [name, below] of one) {
    const others = other.get(name)
    if (others !== undefined) both.set(name, intersectFields(below, others))
  }
  return both
}

/** Whether every path is one of these, or lies below one. */
export function pathsWithin(paths: readonly string[], whole: readonly string[]): boolean {
  return paths.every((path) => whole.some((known) => path === known || path.startsWith(`${known}.`)))
}

/** Only these fields, of an object or of each object of a list. What is neither has no fields, and is dropped; `null` stays. */
export function narrow(value: unknown, fields: FieldTree): unknown {
  if (value === null) return null
  if (typeof value !== 'object') return undefined
  if (Array.isArray(value)) return value.filter((item) => typeof item === 'object').map((item) => narrow(item, fields))
  const left: [string, unknown][] = []
  for (const [name, below] of fields) {
    if (!Object.hasOwn(value, name)) continue
    const field = (value as Record<string, unknown>)[name]
    const kept = below === null ? field : narrow(field, below)
    if (kept !== undefined) left.push([name, kept])
  }
  // Not by assignment: a key `__proto__` must stay a key.
  return Object.fromEntries(left)
}
