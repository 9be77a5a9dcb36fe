import type { AllowedFields } from '../../action/fields.ts'
import type { Principal, PrincipalKind } from '../../identity/principal.ts'
import { fieldTree, intersectFields, type FieldTree } from '../../lib/field-tree.ts'

const KINDS: readonly PrincipalKind[] = ['user', 'service', 'agent']

/** Which fields a caller may see: what its own kind may, and the kind of whom it acts for. `null`: all. */
export type FieldsOf = (principal: Pick<Principal, 'kind' | 'subject'> | null) => FieldTree | null

/** Compiles the lists of an action, once. `null` where it declares none. */
export function compileAllowedFields(fields: AllowedFields | null | undefined): FieldsOf | null {
  if (fields === null || fields === undefined) return null
  const alone = new Map(KINDS.map((kind) => [kind, fields[kind] === undefined ? null : fieldTree(fields[kind])]))
  const of = (kind: PrincipalKind): FieldTree | null => orNothing(alone.get(kind))
  const together = new Map(KINDS.map((kind) => [kind, new Map(KINDS.map((subject) => [subject, intersectFields(of(kind), of(subject))]))]))
  return (principal) => {
    if (principal === null) return of('user')
    return principal.subject === undefined ? of(principal.kind) : orNothing(together.get(principal.kind)?.get(principal.subject.kind))
  }
}

/** `isPrincipal` has refused kinds that there are not; should one come all the same, it sees nothing. */
function orNothing(known: FieldTree | null | undefined): FieldTree | null {
  return known === undefined ? new Map() : known
}
