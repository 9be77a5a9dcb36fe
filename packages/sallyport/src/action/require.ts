import { DefinitionError } from '../errors/sallyport-error.ts'
import type { ApprovalOptions } from '../approvals/types.ts'
import type { AccessOptions } from './access.ts'
import type { LimitOptions } from './definition.ts'

const FUNCTIONS: ReadonlySet<string> = new Set(['resource', 'owner', 'tenant', 'when', 'scope', 'id', 'version'] satisfies readonly (keyof AccessOptions)[])
const NAMES: ReadonlySet<string> = new Set(['elevated', 'type'] satisfies readonly (keyof AccessOptions)[])
/** What says something of the row that `resource` loads. */
const OF_THE_ROW: readonly string[] = ['owner', 'elevated', 'tenant', 'id', 'version'] satisfies readonly (keyof AccessOptions)[]
const APPROVAL: ReadonlySet<string> = new Set(['approvers', 'breakGlass', 'when', 'summary', 'quorum', 'decideWithin', 'executeWithin', 'requestsPerHour'] satisfies readonly (keyof ApprovalOptions)[])
const LIMITS: ReadonlySet<string> = new Set(['weight', 'perPrincipal', 'perAction', 'concurrency'] satisfies readonly (keyof LimitOptions)[])

/**
 * The options of `.authorize()`, as they were given. One that is there and `undefined` is a function that was not found, such as a name
 * that was mistyped where it is imported: to go on without it would let everybody in whom it was to keep out.
 *
 * @throws DefinitionError for an option that there is not, or that is not what it has to be.
 */
export function requireAccess(options: unknown, action: string): AccessOptions {
  const where = `.authorize() of '${action}'`
  for (const [name, value] of fieldsOf(options, where)) {
    if (!FUNCTIONS.has(name) && !NAMES.has(name)) throw new DefinitionError(`${where} has no option '${name}'. There are ${[...FUNCTIONS, ...NAMES].join(', ')}.`)
    if (FUNCTIONS.has(name) && typeof value !== 'function') throw new DefinitionError(`${where}: \`${name}\` is ${kindOf(value)}, and has to be a function. Leave it out where it is not needed.`)
    if (NAMES.has(name) && (typeof value !== 'string' || value === '')) throw new DefinitionError(`${where}: \`${name}\` is ${kindOf(value)}, and has to be a name. Leave it out where it is not needed.`)
  }
  const given = options as AccessOptions
  const orphan = given.resource === undefined ? OF_THE_ROW.find((name) => name in given) : undefined
  if (orphan !== undefined) throw new DefinitionError(`${where}: \`${orphan}\` needs a \`resource\` to belong to.`)
  return given
}

/**
 * The options of `.limit()`, as they were given.
 *
 * @throws DefinitionError for a limit that there is not, or that is no positive whole number: a weight of 0 would be a waiver without a reason.
 */
export function requireLimits(limits: LimitOptions, action: string): LimitOptions {
  const where = `.limit() of '${action}'`
  for (const [name, value] of fieldsOf(limits, where)) {
    if (!LIMITS.has(name)) throw new DefinitionError(`${where} has no option '${name}'. There are ${[...LIMITS].join(', ')}.`)
    if (!Number.isSafeInteger(value) || (value as number) <= 0) throw new DefinitionError(`${where}: \`${name}\` has to be a positive whole number.`)
  }
  return limits
}

/**
 * The options of `.approval()`, as they were given.
 *
 * @throws DefinitionError for one that there is not, such as a quorum that was mistyped, or where nothing says who approves.
 */
export function requireApproval(options: unknown, action: string): void {
  const where = `.approval() of '${action}'`
  const fields = fieldsOf(options, where)
  for (const [name] of fields) if (!APPROVAL.has(name)) throw new DefinitionError(`${where} has no option '${name}'. There are ${[...APPROVAL].join(', ')}.`)
  const { approvers } = Object.fromEntries(fields)
  if (typeof approvers !== 'string' || approvers === '') throw new DefinitionError(`${where} needs \`approvers\`: the permission that who approves must hold.`)
}

/** @throws DefinitionError for what is no function: a call would fail where it is looked for. */
export function requireFunction(value: unknown, what: string): void {
  if (typeof value !== 'function') throw new DefinitionError(`${what} needs a function, and was given ${kindOf(value)}.`)
}

function fieldsOf(options: unknown, where: string): [name: string, value: unknown][] {
  if (typeof options !== 'object' || options === null) throw new DefinitionError(`${where} takes an object of options, not ${kindOf(options)}.`)
  return Object.entries(options)
}

function kindOf(value: unknown): string {
  return value === null ? 'null' : value === '' ? 'empty' : typeof value === 'undefined' ? 'undefined' : `a ${typeof value}`
}
