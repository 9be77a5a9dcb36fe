import { directivesOf, type Node, type Program } from './ast.ts'

/** Where a name that a module imports comes from. `name` is `default`, `*` or the exported name. */
export interface ImportedName {
  readonly source: string
  readonly name: string
}

/** What an export of a module stands for. */
export type ExportTarget =
  | { readonly kind: 'local'; readonly name: string; readonly node: Node }
  | { readonly kind: 'from'; readonly source: string; readonly name: string; readonly node: Node }
  | { readonly kind: 'expression'; readonly node: Node }

/** One parsed file, and the names that it imports, declares and exports. */
export interface Module {
  readonly path: string
  readonly text: string
  readonly program: Program
  readonly imports: ReadonlyMap<string, ImportedName>
  readonly exports: ReadonlyMap<string, ExportTarget>
  /** Sources of `export * from`. */
  readonly stars: readonly string[]
  /** Names declared at the top: the declarator, function, class or enum that binds them. */
  readonly locals: ReadonlyMap<string, Node>
  readonly useServer: boolean
  readonly useClient: boolean
}

/** Names that a pattern binds. */
export function boundNames(pattern: Node): string[] {
  switch (pattern.type) {
    case 'Identifier':
      return [pattern.name]
    case 'ObjectPattern':
      return pattern.properties.flatMap((property) => boundNames(property.type === 'RestElement' ? property.argument : property.value))
    case 'ArrayPattern':
      return pattern.elements.flatMap((element) => (element === null ? [] : boundNames(element)))
    case 'AssignmentPattern':
      return boundNames(pattern.left)
    case 'RestElement':
      return boundNames(pattern.argument)
    default:
      return []
  }
}

function nameOf(node: Node): string {
  if (node.type === 'Identifier') return node.name
  return node.type === 'Literal' ? String(node.value) : ''
}

function declare(node: Node, locals: Map<string, Node>): string[] {
  if (node.type === 'VariableDeclaration') {
    return node.declarations.flatMap((declarator) => {
      const names = boundNames(declarator.id)
      for (const name of names) locals.set(name, declarator)
      return names
    })
  }
  if ((node.type === 'FunctionDeclaration' || node.type === 'ClassDeclaration' || node.type === 'TSEnumDeclaration') && node.id) {
    // The body of an overloaded function wins over its signatures.
    locals.set(node.id.name, node)
    return [node.id.name]
  }
  return []
}

/** Reads the shape of a module from its syntax tree. */
export function readModule(path: string, text: string, program: Program): Module {
  const imports = new Map<string, ImportedName>()
  const exports = new Map<string, ExportTarget>()
  const stars: string[] = []
  const locals = new Map<string, Node>()
  for (const statement of program.body) {
    switch (statement.type) {
      case 'ImportDeclaration':
        for (const specifier of statement.specifiers) {
          const name = specifier.type === 'ImportSpecifier' ? nameOf(specifier.imported) : specifier.type === 'ImportNamespaceSpecifier' ? '*' : 'default'
          imports.set(specifier.local.name, { source: statement.source.value, name })
        }
        break
      case 'ExportNamedDeclaration':
        if (statement.exportKind === 'type') break
        if (statement.declaration) {
          for (const name of declare(statement.declaration, locals)) exports.set(name, { kind: 'local', name, node: statement.declaration })
        }
        for (const specifier of statement.specifiers) {
          if (specifier.exportKind === 'type') continue
          const exported = nameOf(specifier.exported)
          const local = nameOf(specifier.local)
          const source = statement.source?.value
          exports.set(exported, source === undefined ? { kind: 'local', name: local, node: specifier } : { kind: 'from', source, name: local, node: specifier })
        }
        break
      case 'ExportDefaultDeclaration': {
        const node = statement.declaration
        const [name] = declare(node, locals)
        exports.set('default', name === undefined ? { kind: 'expression', node } : { kind: 'local', name, node })
        break
      }
      case 'ExportAllDeclaration':
        if (statement.exported) exports.set(nameOf(statement.exported), { kind: 'from', source: statement.source.value, name: '*', node: statement })
        else if (statement.exportKind !== 'type') stars.push(statement.source.value)
        break
      default:
        declare(statement, locals)
    }
  }
  const directives = directivesOf(program.body)
  return { path, text, program, imports, exports, stars, locals, useServer: directives.includes('use server'), useClient: directives.includes('use client') }
}
