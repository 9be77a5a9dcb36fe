// The server entry of the library: everything that needs no framework and no database.
export { createPort, type Define, type Port } from './port.ts'
export type { Environment, PortOptions } from './port-options.ts'
export type { LogEntry, PortLimits } from './pipeline/runtime.ts'

export { ActionBuilder } from './action/builder.ts'
export type { Action, AnyAction, DirectCall, StateAction } from './action/action.ts'
export type { AccessArgs, Handler, HandlerArgs, MiddlewareArgs, NextResult, StateHandler, ValidatedMiddlewareArgs } from './action/handler.ts'
export type { ActionDefinition, LimitOptions, ScreeningMode } from './action/definition.ts'
export { CONTROL_NAMES, type ControlName, type ControlPosture, type ObservableControl, type Posture, type WaivableControl } from './action/posture.ts'
export type { ActionResult, ServerError, ValidationErrors } from './action/result.ts'
export { auditSchemas, type SchemaIssue } from './action/schema-audit.ts'

export { ERRORS, type ErrorCode } from './errors/codes.ts'
export { DefinitionError, SallyportError, type SallyportErrorOptions } from './errors/sallyport-error.ts'
export { flattenValidationErrors, returnValidationErrors } from './errors/validation-errors.ts'
export { StreamFailure } from './errors/stream-failure.ts'

export type { CredentialKind, Principal, PrincipalKind, SessionFacts, Subject } from './identity/principal.ts'
export type { IdentityProvider } from './identity/provider.ts'

export { definePolicy, type PolicyOptions, type RoleMap } from './policy/define-policy.ts'
export type { Decision, DecisionRequest, Policy } from './policy/types.ts'

export { defaultTiers, type Tier, type Tiers } from './limits/tiers.ts'
export type { BudgetReservation, BudgetSession, ModelCallEstimate, ModelUsage } from './limits/types.ts'

export type { Store } from './stores/types.ts'
export type { CallRequest } from './lib/call-request.ts'
export type { Host } from './lib/host.ts'
export type { Clock } from './lib/clock.ts'
export type { Duration } from './lib/duration.ts'
export type { StandardSchemaV1 } from './lib/standard-schema.ts'
