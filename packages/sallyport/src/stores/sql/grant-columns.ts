import type { GrantRecord, GrantRequest } from '../../grants/types.ts'
import { fromSetColumn, json, present, setColumn, text, textOrNull } from './columns.ts'
import type { SqlRow, SqlValue } from './driver.ts'

/** What a request and the grant that answers it have in common: who may do what for whom. */
type Terms = Pick<GrantRecord & GrantRequest, 'id' | 'environment' | 'tenant' | 'subject' | 'actor' | 'chain' | 'taskId' | 'actions' | 'resources' | 'input' | 'fields'>

/** The columns that the tables of grants and of requests for them share. */
export function termsColumns(terms: Terms): { readonly [column: string]: SqlValue } {
  return {
    id: terms.id,
    environment: terms.environment,
    tenant: terms.tenant ?? null,
    subject: terms.subject,
    actor: terms.actor,
    chain: setColumn(terms.chain),
    task_id: terms.taskId ?? null,
    actions: setColumn(terms.actions),
    resources: jsonText(terms.resources),
    input: jsonText(terms.input),
    fields: jsonText(terms.fields),
  }
}

/** What those columns of a row say. */
export function termsFrom(row: SqlRow): Terms {
  return {
    id: text(row, 'id'),
    environment: text(row, 'environment'),
    ...present('tenant', textOrNull(row, 'tenant')),
    subject: textOrNull(row, 'subject'),
    actor: text(row, 'actor'),
    chain: fromSetColumn(row, 'chain'),
    ...present('taskId', textOrNull(row, 'task_id')),
    actions: fromSetColumn(row, 'actions'),
    resources: json(row, 'resources'),
    input: json(row, 'input'),
    fields: json(row, 'fields'),
  }
}

function jsonText(value: object | null): string | null {
  return value === null ? null : JSON.stringify(value)
}
