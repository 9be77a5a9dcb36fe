import { isFunction, keyName, unwrapped, walk, type FunctionLike, type Node } from '../syntax/ast.ts'
import type { Check, Effect } from './facts.ts'
import type { Module } from '../syntax/module.ts'

/**
 * Whether a comparison with the caller's identity is about what an effect touches: `if (user.id !== userId)` says nothing of the
 * row of `postId`. Told from names, within one function; anywhere else a comparison counts.
 */
export function binds({ kind, at: check }: Check, { at: effect }: Effect): boolean {
  if (kind !== 'ownership' || check.module !== effect.module) return true
  const fn = functionAround(check.module, check.node)
  if (fn === undefined || effect.node.start < fn.start || effect.node.end > fn.end) return true
  const names = namesOf(fn)
  const compared = reach(names, check.node)
  const touched = reach(names, chainOf(fn, effect.node))
  if (compared === undefined || touched === undefined || compared.size === 0 || touched.size === 0) return true
  return [...touched].some((name) => compared.has(name))
}

/** Who calls, and what it is called with: in conditions and queries alike, whatever they are about. */
const surroundings = /^(?:ctx|context|session|user|me|currentUser|auth|db|tx|trx|prisma|client|supabase)$/

/** The local names of a function, each with the expressions that it comes from; `taken` are the caller's, one by one. */
interface Names {
  readonly from: Map<string, Node[]>
  readonly taken: Set<string>
  /** Parameters of functions within: what they are is not looked for. */
  readonly open: Set<string>
}

const cache = new WeakMap<FunctionLike, Names>()

function namesOf(fn: FunctionLike): Names {
  const known = cache.get(fn)
  if (known) return known
  const names: Names = { from: new Map(), taken: new Set(), open: new Set() }
  for (const parameter of fn.params) for (const name of bound(parameter)) names.taken.add(name)
  walk(fn, (node) => {
    if (isFunction(node) && node !== fn) for (const parameter of node.params) for (const name of bound(parameter)) names.open.add(name)
    if (node.type === 'VariableDeclarator' && node.init) define(names, node.id, node.init)
    else if (node.type === 'AssignmentExpression') define(names, node.left, node.right)
    else if (node.type === 'IfStatement') link(names, node.test)
    else if (node.type === 'ForOfStatement' && node.left.type === 'VariableDeclaration') for (const { id } of node.left.declarations) define(names, id, node.right)
  })
  for (const name of names.taken) names.open.delete(name)
  cache.set(fn, names)
  return names
}

/** `const { postId, userId } = Input.parse(input)`: two things, though of one object. */
function define(names: Names, pattern: Node, init: Node): void {
  const source = unwrapped(init)
  const awaited = source.type === 'AwaitExpression' ? unwrapped(source.argument) : source
  const parsed = awaited.type === 'CallExpression' && awaited.callee.type === 'MemberExpression' && /^(?:safeP|p)arse(?:Async)?$/.test(keyName(awaited.callee.property, awaited.callee.computed) ?? '')
  const given = parsed || awaited.type === 'Identifier' || awaited.type === 'MemberExpression'
  for (const name of bound(pattern)) {
    if (given && (parsed || pattern.type === 'ObjectPattern')) names.taken.add(name)
    else names.from.set(name, [...(names.from.get(name) ?? []), init])
  }
}

/** `if (!key.startsWith(prefix)) return`: the one is of the other. */
function link(names: Names, test: Node): void {
  const condition = unwrapped(test)
  if (condition.type === 'LogicalExpression') {
    link(names, condition.left)
    link(names, condition.right)
    return
  }
  const linked = new Set(pathsIn(condition).map((path) => nameOf(names, path)))
  if (linked.size > 1) for (const name of linked) if (!surroundings.test(rootOf(name))) names.from.set(name, [...(names.from.get(name) ?? []), condition])
}

/** Names that a pattern binds. */
function bound(pattern: Node): string[] {
  const found: string[] = []
  walk(pattern, (node, parents) => {
    const parent = parents.at(-1)
    if (parent?.type === 'AssignmentPattern' && parent.right === node) return false
    if (node.type === 'MemberExpression' || node.type === 'TSTypeAnnotation') return false
    if (node.type === 'Identifier' && !(parent?.type === 'Property' && parent.key === node && !parent.shorthand)) found.push(node.name)
    return undefined
  })
  return found
}

function rootOf(path: string): string {
  return path.split('.')[0] ?? ''
}

/** Of what the caller gave, each part for itself; of anything else the whole. */
function nameOf(names: Names, path: string): string {
  const root = rootOf(path)
  return names.taken.has(root) ? path : root
}

/** All that an expression is made of, back to what the function was given. Undefined where that can't be told. */
function reach(names: Names, node: Node): Set<string> | undefined {
  const found = new Set<string>()
  const pending = [node]
  for (let next = pending.pop(); next; next = pending.pop()) {
    for (const path of pathsIn(next)) {
      const root = rootOf(path)
      if (names.open.has(root) && !surroundings.test(root)) return undefined
      const name = nameOf(names, path)
      if (found.has(name) || !(names.taken.has(root) || names.from.has(root))) continue
      found.add(name)
      pending.push(...(names.from.get(name) ?? []))
    }
  }
  for (const name of found) if (surroundings.test(rootOf(name))) found.delete(name)
  return found
}

/** Names and paths (`input.post.id`) that an expression reads; not the client that it calls, nor what it is called. */
function pathsIn(root: Node): string[] {
  const found: string[] = []
  walk(root, (node, parents) => {
    const parent = parents.at(-1)
    if (node.type.startsWith('TS') && !/^TS(?:As|NonNull|Satisfies)Expression$/.test(node.type)) return false
    if (parent?.type === 'CallExpression' && parent.callee === node && (node.type === 'Identifier' || isLong(node))) return false
    if (parent?.type === 'Property' && parent.key === node && !parent.computed && !parent.shorthand) return undefined
    if (node.type === 'MemberExpression') {
      const path = pathOf(node)
      if (path === undefined) return undefined
      found.push(parent?.type === 'CallExpression' && parent.callee === node ? path.slice(0, path.lastIndexOf('.')) : path)
      return false
    }
    if (node.type === 'Identifier') found.push(node.name)
    return undefined
  })
  return found
}

/** `db.post.update`, and not `ids.includes`. */
function isLong(node: Node): boolean {
  return node.type === 'MemberExpression' && (pathOf(node)?.split('.').length ?? 0) > 2
}

function pathOf(node: Node): string | undefined {
  const inside = unwrapped(node)
  if (inside.type === 'Identifier') return inside.name
  if (inside.type !== 'MemberExpression') return undefined
  const name = keyName(inside.property, inside.computed)
  const base = pathOf(inside.object)
  return name === undefined || base === undefined ? undefined : `${base}.${name}`
}

/** `db.update(posts).set(values).where(condition)`, of its first call. */
function chainOf(fn: FunctionLike, first: Node): Node {
  let whole = first
  walk(fn, (at, parents) => {
    if (at.start > first.start || at.end < first.end) return false
    if (at !== first) return undefined
    for (const parent of parents.toReversed()) {
      if (!(parent.type === 'MemberExpression' && parent.object === whole) && !(parent.type === 'CallExpression' && parent.callee === whole)) break
      whole = parent
    }
    return false
  })
  return whole
}

function functionAround({ program }: Module, node: Node): FunctionLike | undefined {
  let found: FunctionLike | undefined
  walk(program, (at) => {
    if (at.start > node.start || at.end < node.end) return false
    if (isFunction(at) && at !== node) found = at
    return undefined
  })
  return found
}
