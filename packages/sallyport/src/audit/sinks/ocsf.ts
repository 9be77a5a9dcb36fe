import type { JsonObject } from '../../lib/json.ts'
import type { MaybePromise } from '../../lib/maybe-promise.ts'
import { parseIp } from '../../lib/ip.ts'
import { callOf } from '../query.ts'
import type { AuditParty, CallSummary, OutcomeEvent, StoredEvent } from '../types.ts'
import type { AuditSink } from './sink.ts'

/** OCSF activity of an API call: create, read, update, delete, or other. */
export type OcsfActivity = 1 | 2 | 3 | 4 | 99

/** Options of {@link ocsfEvent}. */
export interface OcsfOptions {
  /** Which activity an action is. Default: by the verb that its name's last part begins with, else 99 (other). */
  readonly activity?: (action: string) => OcsfActivity
  /** The product that reports. Default: Sallyport. */
  readonly product?: { readonly name: string; readonly vendor_name?: string; readonly version?: string }
}

const VERSION = '1.8.0'
const VERBS: readonly (readonly [OcsfActivity, RegExp])[] = [
  [1, /^(create|add|open|invite|issue|register|upload)/iu],
  [2, /^(get|list|read|view|find|search|show|export|download)/iu],
  [3, /^(update|change|set|edit|rename|rotate|approve|move|assign|enable|disable)/iu],
  [4, /^(delete|remove|revoke|cancel|purge|close)/iu],
]

/** The activity that an action's name suggests: `order.cancel` is 4. */
export function activityOf(action: string): OcsfActivity {
  const verb = action.split(/[.:/]/u).at(-1) ?? ''
  return VERBS.find(([, pattern]) => pattern.test(verb))?.[0] ?? 99
}

/**
 * An outcome as an OCSF API Activity event (class 6003, profile `security_control`). One call is one event; an intent gives
 * none, for its outcome follows.
 *
 * @returns undefined for an intent, and for an outcome that belongs to no call.
 * @see https://schema.ocsf.io/classes/api_activity
 */
export function ocsfEvent({ event, sequence, position }: StoredEvent, options: OcsfOptions = {}): JsonObject | undefined {
  const call = callOf(event)
  if (event.kind !== 'outcome' || call === undefined) return undefined
  const activity = (options.activity ?? activityOf)(call.action)
  const refused = event.outcome === 'refused'
  const status = statusOf(event)
  const grant = event.facts?.grant
  const approval = event.facts?.approval
  return {
    metadata: {
      version: VERSION, uid: event.id, sequence: sequence ?? Number(position), profiles: ['security_control'],
      product: options.product ?? { name: 'Sallyport', ...(event.facts && { version: event.facts.version }) },
      ...(call.tenant !== undefined && { tenant_uid: call.tenant }),
    },
    category_uid: 6, category_name: 'Application Activity', class_uid: 6003, class_name: 'API Activity',
    activity_id: activity, ...(activity === 99 && { activity_name: call.action }), type_uid: 600_300 + activity,
    time: Math.round(event.time), start_time: Math.round(event.time - event.durationMs), duration: Math.round(event.durationMs),
    severity_id: event.outcome === 'unknown' ? 3 : refused || event.outcome === 'failed' ? 2 : 1,
    status_id: status.id, status: status.name, status_code: event.code ?? event.outcome, ...(event.reason !== undefined && { status_detail: event.reason }),
    action_id: refused ? 2 : event.outcome === 'unknown' ? 0 : 1, disposition_id: refused ? 2 : event.outcome === 'unknown' ? 0 : 1,
    authorizations: [{
      decision: refused ? 'denied' : 'allowed',
      policy: { name: event.control ?? 'all', ...(grant !== undefined && { uid: grant }), ...(approval !== undefined && { desc: `approval ${approval}` }) },
    }],
    actor: actorOf(call.actor, call.subject),
    api: { operation: call.action, service: { name: call.environment }, request: { uid: event.id } },
    src_endpoint: endpointOf(call),
    ...(event.facts?.resource && { resources: [{ type: event.facts.resource.type, ...(event.facts.resource.id !== undefined && { uid: event.facts.resource.id }) }] }),
    ...(event.suppressed !== undefined && { count: event.suppressed + 1 }),
    ...(event.usage && { unmapped: { usage: { ...event.usage } } }),
  }
}

function statusOf({ outcome }: OutcomeEvent): { readonly id: number; readonly name: string } {
  if (outcome === 'success' || outcome === 'navigated') return { id: 1, name: 'Success' }
  return outcome === 'unknown' ? { id: 0, name: 'Unknown' } : { id: 2, name: 'Failure' }
}

/** Required by the class. A truncated address is no address, and a call without one came from inside. */
function endpointOf({ address, transport }: CallSummary): JsonObject {
  if (address === undefined) return { svc_name: transport }
  return parseIp(address) === undefined ? { name: address } : { ip: address }
}

function actorOf(actor: AuditParty | undefined, subject: AuditParty | undefined): JsonObject {
  const user = subject ?? actor
  const acting = actor !== undefined && actor.id !== user?.id
  // An agent that acts for a person: the person is the user, the agent the application.
  return user === undefined
    ? { app_name: 'anonymous' }
    : { user: { uid: user.id, type_id: user.kind === 'user' ? 1 : 4 }, ...(acting && { app_uid: actor.id, app_name: actor.kind }) }
}

/** Sends outcomes as OCSF events: `write` gets the events of a batch. */
export function ocsfSink(name: string, write: (events: readonly JsonObject[]) => MaybePromise<void>, options: OcsfOptions = {}): AuditSink {
  return {
    name,
    deliver(events) {
      const mapped = events.map((stored) => ocsfEvent(stored, options)).filter((mapped) => mapped !== undefined)
      return mapped.length === 0 ? undefined : write(mapped)
    },
  }
}
