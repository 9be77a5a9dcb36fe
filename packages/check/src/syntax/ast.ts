import type { Node, Program, Function as FunctionNode, ArrowFunctionExpression } from 'oxc-parser'

export type { Node, Program }

/** Any function: declaration, expression or arrow. */
export type FunctionLike = FunctionNode | ArrowFunctionExpression

/** Tells functions from other nodes. */
export function isFunction(node: Node | null | undefined): node is FunctionLike {
  return (
    node != null &&
    (node.type === 'FunctionDeclaration' || node.type === 'FunctionExpression' || node.type === 'ArrowFunctionExpression')
  )
}

const skipped = new Set(['type', 'start', 'end', 'parent', 'range', 'loc', 'typeAnnotation', 'typeParameters', 'typeArguments', 'returnType', 'decorators'])

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
}

/** The nodes right below a node, types left out. */
export function childrenOf(node: Node): Node[] {
  const found: Node[] = []
  // Every node is a plain object, whatever its type.
  const fields = node as unknown as { readonly [key: string]: unknown }
  for (const key in fields) {
    const value = fields[key]
    // Most fields are names and offsets.
    if (typeof value !== 'object' || value === null || skipped.has(key)) continue
    if (Array.isArray(value)) {
      for (const item of value) if (isNode(item)) found.push(item)
    } else if (isNode(value)) found.push(value)
  }
  return found
}

/** Visits a node and all below it, depth first. `visit` returns false to stay out of a subtree. */
export function walk(root: Node, visit: (node: Node, parents: readonly Node[]) => boolean | void): void {
  const parents: Node[] = []
  const step = (node: Node): void => {
    if (visit(node, parents) === false) return
    parents.push(node)
    for (const child of childrenOf(node)) step(child)
    parents.pop()
  }
  step(root)
}

/** The directives at the start of a function body or a program: `use server`, `use client`, … */
export function directivesOf(body: readonly Node[]): string[] {
  const found: string[] = []
  for (const statement of body) {
    if (statement.type !== 'ExpressionStatement' || !('directive' in statement) || typeof statement.directive !== 'string') break
    found.push(statement.directive)
  }
  return found
}

/** True where a function says `'use server'` in its own body. */
export function isInlineAction(node: FunctionLike): boolean {
  return node.body != null && node.body.type === 'BlockStatement' && directivesOf(node.body.body).includes('use server')
}

/** The text of a property key, where it is known without running anything. */
export function keyName(key: Node, computed: boolean): string | undefined {
  if (!computed && key.type === 'Identifier') return key.name
  if (key.type === 'PrivateIdentifier') return `#${key.name}`
  if (key.type === 'Literal') return String(key.value)
  return undefined
}

/** The expression inside casts, non-null marks and parentheses. */
export function unwrapped(node: Node): Node {
  let current = node
  while (
    current.type === 'TSAsExpression' ||
    current.type === 'TSSatisfiesExpression' ||
    current.type === 'TSNonNullExpression' ||
    current.type === 'TSTypeAssertion' ||
    current.type === 'TSInstantiationExpression' ||
    current.type === 'ParenthesizedExpression' ||
    current.type === 'ChainExpression'
  ) {
    current = current.expression
  }
  return current
}
