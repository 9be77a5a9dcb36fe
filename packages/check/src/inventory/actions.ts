import { isFunction, isInlineAction, keyName, walk, type FunctionLike, type Node } from '../syntax/ast.ts'
import type { Module } from '../syntax/module.ts'
import type { CodeBase } from '../resolve/program.ts'

/** Something a caller outside the server can reach. */
export interface Found {
  readonly kind: 'action' | 'inline-action' | 'route' | 'api-route'
  readonly module: Module
  /** Name of the export; of an inline action, the name it has or the place where it stands. */
  readonly name: string
  readonly node: Node
  /** Functions around an inline action, outermost first. */
  readonly enclosing: readonly FunctionLike[]
}

const directive = /['"]use server['"]/

/** True if a file may hold actions: the parser sees no other files. */
export function mayHoldActions(text: string): boolean {
  return text.includes('use server') && directive.test(text)
}

/** Every server action of a module: what a `'use server'` file exports, and functions that carry the directive. */
export function actionsOf(base: CodeBase, module: Module): Found[] {
  const found: Found[] = []
  if (module.useServer) {
    for (const [name, target] of module.exports) {
      const symbol = base.exported(module, name)
      const node = symbol?.kind === 'local' || symbol?.kind === 'expression' ? symbol.node : target.node
      if (node.type === 'ClassDeclaration' || node.type === 'TSEnumDeclaration' || node.type.startsWith('TS')) continue
      if (node.type === 'VariableDeclarator' && node.id.type === 'Identifier' && node.init && (node.init.type === 'Literal' || node.init.type === 'ObjectExpression' || node.init.type === 'ArrayExpression')) continue
      found.push({ kind: 'action', module, name, node: symbol?.kind === 'local' && symbol.module === module ? node : target.node, enclosing: [] })
    }
  }
  // Nothing to look for where the only directive is the file's own.
  const inline = module.text.split('use server', 3).length > (module.useServer ? 2 : 1)
  if (inline) walk(module.program, (node, parents) => {
    if (!isFunction(node) || !isInlineAction(node)) return
    const enclosing = parents.filter((parent): parent is FunctionLike => isFunction(parent))
    found.push({ kind: 'inline-action', module, name: inlineName(node, parents), node, enclosing })
  })
  return found
}

function inlineName(node: FunctionLike, parents: readonly Node[]): string {
  if (node.type !== 'ArrowFunctionExpression' && node.id) return node.id.name
  for (const parent of [...parents].reverse()) {
    if (parent.type === 'VariableDeclarator' && parent.id.type === 'Identifier') return parent.id.name
    if (parent.type === 'Property' || parent.type === 'MethodDefinition' || parent.type === 'PropertyDefinition') return keyName(parent.key, parent.computed) ?? 'inline'
    if (parent.type === 'JSXAttribute' && parent.name.type === 'JSXIdentifier') return parent.name.name
    if (isFunction(parent)) break
  }
  return 'inline'
}
