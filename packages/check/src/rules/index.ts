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

/** The rule of an id. */
export function ruleOf(id: string): Rule | undefined {
  return rules.find((rule) => rule.id === id)
}
