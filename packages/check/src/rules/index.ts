import { rawErrorReturned, rawRowReturned, unscrubbedModelStream } from './answers.ts'
import { secretInClient, secretInPublicVariable } from './client-secrets.ts'
import { identityFromCaller } from './identity-from-caller.ts'
import { massAssignment } from './mass-assignment.ts'
import { missingAuthentication } from './missing-authentication.ts'
import { missingAuthorization } from './missing-authorization.ts'
import { missingValidation } from './missing-validation.ts'
import { exportedHelper, pageAsAction, useServerAsServerOnly } from './placement.ts'
import { privilegedSelfService } from './privileged-self-service.ts'
import { sessionNotBound } from './session-not-bound.ts'
import { unauthenticatedSpending, unlimitedPasswordCheck, unlimitedSpending } from './spending.ts'
import { unboundedString } from './unbounded-string.ts'
import { uncheckedBindArguments } from './unchecked-bind-arguments.ts'
import { badSuppression } from './bad-suppression.ts'
import { vulnerableVersion } from './vulnerable-version.ts'
import type { Rule } from './types.ts'

/** Every rule, in the order of the documentation. */
export const rules: readonly Rule[] = [
  missingAuthentication, missingAuthorization, identityFromCaller, sessionNotBound, massAssignment, privilegedSelfService,
  missingValidation, unboundedString, uncheckedBindArguments,
  unauthenticatedSpending, unlimitedSpending, unlimitedPasswordCheck,
  rawErrorReturned, rawRowReturned, unscrubbedModelStream,
  useServerAsServerOnly, exportedHelper, pageAsAction,
  secretInClient, secretInPublicVariable, vulnerableVersion, badSuppression,
]

/** The rule that a name with a slip of the pen means: it begins alike, or shares a word. */
export function ruleLike(name: string): Rule | undefined {
  if (name === '') return undefined
  return rules.find(({ id }) => id.startsWith(name)) ?? rules.find(({ id }) => id.split('-').some((word) => word.length > 3 && name.includes(word)))
}

/** That there is no such rule, and which one may be meant. */
export function noSuchRule(name: string): string {
  const like = ruleLike(name)
  return `there is no rule ${name}${like ? `. Did you mean ${like.id}?` : ''}`
}

/** The rule of an id. */
export function ruleOf(id: string): Rule | undefined {
  return rules.find((rule) => rule.id === id)
}
