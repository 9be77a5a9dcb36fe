import type { ActionDefinition } from '../action/definition.ts'
import type { AllowedFields } from '../action/fields.ts'
import { CONTROL_NAMES, type ControlName, type ControlPosture, type Posture } from '../action/posture.ts'
import type { PortRuntime } from './runtime.ts'

/** How an action meets each control: declared in its definition, or brought by its port. */
export function postureOf(definition: ActionDefinition, port: PortRuntime): Posture {
  const posture = {} as Record<ControlName, ControlPosture>
  for (const name of CONTROL_NAMES) posture[name] = exceptionOf(definition, name) ?? describe(definition, port, name)
  return posture
}

function exceptionOf(definition: ActionDefinition, name: ControlName): ControlPosture | null {
  const exception = definition.exceptions.get(name)
  if (exception === undefined) return null
  if (exception.kind === 'waived') return { state: 'waived', reason: exception.reason }
  return { state: 'observed', reason: exception.reason, until: new Date(exception.until ?? 0).toISOString().slice(0, 10) }
}

const met = (how: string): ControlPosture => ({ state: 'met', how })
const notNeeded = (why: string): ControlPosture => ({ state: 'not-needed', why })

function describe(definition: ActionDefinition, port: PortRuntime, name: ControlName): ControlPosture {
  const { access, input, output, approval } = definition
  switch (name) {
    case 'server-only':
      return met('export conditions: a client bundle that imports the library fails to build')
    case 'size':
      return met(`${definition.maxBytes} bytes, depth ${definition.maxDepth}`)
    case 'origin':
      return met('Sec-Fetch-Site, then Origin, then Referer')
    case 'rate-limit':
      return met(`${addressLimit(port)}${access.kind === 'public' ? '' : ', and the tier of the principal'}`)
    case 'authentication':
      if (access.kind === 'public') return { state: 'waived', reason: access.reason }
      return met(definition.freshnessMs === null ? 'on every call' : `on every call, signed in within ${definition.freshnessMs / 1000} s`)
    case 'validation':
      return met(input.kind === 'none' ? 'takes no input' : 'inputSchema')
    case 'screening':
      return input.kind === 'none' ? notNeeded('takes no input') : met(definition.screening)
    case 'authorization':
      return access.kind === 'public' ? { state: 'waived', reason: access.reason } : met(accessSummary(access))
    case 'grant':
      return access.kind === 'public' ? notNeeded('public') : met('agents and services need a live grant')
    case 'approval':
      return approval === null ? notNeeded('not asked for') : met(`${approval.quorum ?? 1} with '${approval.approvers}'`)
    case 'token-budget':
      return definition.usesBudget ? met('reserve the maximum, settle the actual') : notNeeded('calls no model')
    case 'audit':
      return met(`intent and outcome, ledger '${port.store.ledger.name}'`)
    case 'projection':
      return met(`${output.kind === 'stream' ? 'outputStream, each part' : 'outputSchema'}${output.kind === 'waived' ? '' : fieldsSummary(output.fields)}`)
    case 'scrubbing':
      return met(definition.discloses.length === 0 ? 'every string' : `every string but ${definition.discloses.map(({ field }) => field).join(', ')}`)
    case 'error-sanitization':
      return met(`codes, safe messages, correlation id${fieldsSummary(definition.errorFields)}`)
  }
}

/** `; agent: id, city; service: nothing` */
function fieldsSummary(fields: AllowedFields | null): string {
  return Object.entries(fields ?? {}).map(([kind, paths]) => `; ${kind}: ${paths.join(', ') || 'nothing'}`).join('')
}

function addressLimit({ host, limits }: PortRuntime): string {
  const source = host?.clientAddress
  if (source === undefined) return 'no address: the port has no adapter'
  // `clientAddress({ waived })` says why on the function itself.
  if ('waived' in source && typeof source.waived === 'string') return `${limits.perAddress} a minute for all addresses together (${source.waived})`
  return `${limits.perAddress} a minute per address`
}

function accessSummary({ permission, options }: Extract<ActionDefinition['access'], { kind: 'authorize' }>): string {
  const parts = [permission]
  if (options.resource !== undefined) parts.push('resource loaded on the server')
  if (options.owner !== undefined) parts.push(options.elevated === undefined ? 'owner' : `owner or ${options.elevated}`)
  if (options.tenant !== undefined) parts.push('tenant')
  if (options.when !== undefined) parts.push('condition')
  if (options.scope !== undefined) parts.push('scope')
  return parts.join(', ')
}
