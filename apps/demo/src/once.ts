/**
 * One value per process, whatever the bundler does: Next instantiates a module once for pages, once for actions and
 * once for routes, and three database connections where one was meant would be two too many.
 */
export function once<T>(name: string, make: () => T): T {
  const key = Symbol.for(`sallyport-demo:${name}`)
  const held = globalThis as { [key]?: T }
  return (held[key] ??= make())
}
