import { call } from './calls.ts'
import { union, CALLER, LIMIT, ROLE, ROW, SESSION, VALID } from './labels.ts'
import { Abrupt, type Machine } from './machine.ts'
import { principal } from './world.ts'
import { object, unknown, type ChainCall, type Lib, type Native, type Value } from './value.ts'

/** Whether a package is Sallyport itself. */
export function isSallyport(name: string): boolean {
  return name === 'sallyport' || name.startsWith('sallyport/') || name.startsWith('@sallyport/')
}

const start = /createPort\(\)\.define$/

/** Calls of Sallyport's builder. Undefined for what is no part of it. */
export function sallyportCall(machine: Machine, lib: Lib, made: Lib, args: readonly Value[]): Value | undefined {
  const name = made.calls.at(-1)?.name
  // `toRouteHandler(action)`, `toFetchHandler(action)`: a route that passes the controls of the action.
  if (/^to(?:Route|Fetch)Handler$/.test(lib.path)) return args[0]?.kind === 'native' && args[0].chain ? args[0] : undefined
  if (lib.path === 'toMcpHandler') return tools(args[0])
  if (/^(?:approval|grant|identity|limit)Actions$/.test(lib.path)) return object({}, 0, ownAction(made))
  if (/createPort\(\)\.define\.with$/.test(lib.path)) return template(machine, lib, args)
  if (start.test(lib.path)) return { ...made, path: 'action()', calls: made.calls.slice(-1) }
  if (!lib.path.startsWith('action()')) return undefined
  if (name !== 'action' && name !== 'stateAction') return { ...made, path: 'action()' }
  const handler = args.find((arg) => arg.kind === 'function' || arg.kind === 'native')
  return action(made.calls, handler)
}

/** `toMcpHandler([listOrders, changePrice], options)`: an agent can call each of them, and passes its controls. */
function tools(actions: Value | undefined): Native {
  return {
    kind: 'native', labels: 0,
    call: (machine, args, node) => {
      machine.seen.declared.add('mcp')
      for (const action of actions?.kind === 'list' ? actions.items : []) {
        // What is public for a reason asks nobody.
        if (action.kind !== 'native' || action.chain?.some(({ name }) => name === 'public')) continue
        machine.merge(machine.branch(() => {
          action.call(machine, args, node)
          return 'next'
        }), machine.skip(), 0)
      }
      return unknown()
    },
  }
}

/** One of the actions that the library itself makes: each with a schema, a permission that its options name, and an output. */
function ownAction({ calls }: Lib): Native {
  const [made] = calls
  if (!made) return action([], undefined)
  const permission: Value = { kind: 'const', value: `a permission that ${made.name} is given`, labels: 0 }
  const link = (name: string, args: readonly Value[] = []): ChainCall => ({ ...made, name, args })
  return action([link('define'), link('inputSchema'), link('authorize', [permission]), link('outputSchema'), link('action')], undefined)
}

/** `define.with((base) => base.freshness('5m'))`: a function that begins with what it is given. */
function template(machine: Machine, lib: Lib, args: readonly Value[]): Value {
  const customize = args[0]
  const base: Lib = { ...lib, path: 'action()', calls: [], labels: 0 }
  const node = customize?.kind === 'function' ? customize.node : undefined
  const result = customize && node && customize.kind === 'function' ? call(machine, customize, [base], node, customize.module) : base
  const calls = result.kind === 'lib' ? result.calls : []
  const native: Native = {
    kind: 'native',
    labels: 0,
    call: (_machine, given, at) => {
      const first: ChainCall | undefined = customize?.kind === 'function' ? { name: 'define', args: given, node: at, module: customize.module } : undefined
      return { ...base, calls: first ? [first, ...calls] : calls }
    },
  }
  return native
}

/** An action of Sallyport: its controls hold before its handler runs. */
function action(chain: readonly ChainCall[], handler: Value | undefined): Native {
  const open = chain.some((one) => one.name === 'public')
  return {
    kind: 'native',
    labels: 0,
    chain,
    call: (machine) => {
      const last = chain.at(-1)
      if (!last) return unknown()
      machine.seen.limits.push({ at: machine.trace(last.node, last.module), free: false })
      if (machine.world.limited) throw new Abrupt(LIMIT)
      machine.seen.declared.add('audit')
      if (!open) {
        machine.seen.sessions.push(machine.trace(last.node, last.module))
        if (!machine.world.signedIn) {
          machine.refused(SESSION, last.node, last.module)
          throw new Abrupt(SESSION)
        }
        machine.passed(SESSION | ROLE, last.node, last.module)
      }
      for (const one of chain) {
        if (one.name === 'inputSchema' || one.name === 'bindArgsSchemas') machine.seen.validations.push({ at: machine.trace(one.node, one.module), schema: one.args[0], labels: CALLER })
      }
      if (!handler) return unknown()
      const who = open ? unknown() : principal()
      const input: Value = { kind: 'unknown', labels: CALLER | VALID, truthy: true }
      const given = object(
        { parsedInput: input, principal: who, resource: { kind: 'unknown', labels: union(SESSION, ROW), truthy: true }, ctx: unknown(), signal: unknown(), bindArgsParsedInputs: input, clientInput: unknown(CALLER) },
        0, unknown(),
      )
      return call(machine, handler, [given, unknown()], last.node, last.module)
    },
  }
}
