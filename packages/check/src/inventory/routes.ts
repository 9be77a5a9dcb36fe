import type { Found } from './actions.ts'
import type { CodeBase } from '../resolve/program.ts'
import type { Module } from '../syntax/module.ts'

const methods = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'])

/** True for files that Next.js takes as route handlers, or as API routes of its older router. */
export function isRouteFile(path: string): boolean {
  return /\/app\/(?:.*\/)?route\.[cm]?[jt]sx?$/.test(path) || isApiRoute(path)
}

function isApiRoute(path: string): boolean {
  return /\/pages\/api\/.*\.[cm]?[jt]sx?$/.test(path)
}

/** The handlers of a route file: one per HTTP method, or the default export of an API route. */
export function routesOf(base: CodeBase, module: Module): Found[] {
  const api = isApiRoute(module.path)
  const found: Found[] = []
  for (const [name, target] of module.exports) {
    if (api ? name !== 'default' : !methods.has(name)) continue
    const symbol = base.exported(module, name)
    const node = symbol?.kind === 'local' && symbol.module === module ? symbol.node : target.node
    found.push({ kind: api ? 'api-route' : 'route', module, name, node, enclosing: [] })
  }
  return found
}
