import type { FingerprintRecord } from './options.ts'
import type { SecretProblem } from './problems.ts'

/** What was loaded of one secret, as far as isolation is concerned. */
export interface LoadedFingerprint {
  readonly name: string
  readonly principal: string | undefined
  readonly fingerprint: string
}

/** The same value in another environment (NHI8:2025), or for two principals of this one (NHI9:2025). */
export function isolationProblems(environment: string, own: readonly LoadedFingerprint[], elsewhere: readonly FingerprintRecord[]): readonly SecretProblem[] {
  const problems: SecretProblem[] = []
  const first = new Map<string, LoadedFingerprint>()
  for (const secret of own) {
    for (const other of elsewhere) {
      if (other.environment !== environment && other.fingerprint === secret.fingerprint) {
        problems.push({ name: secret.name, kind: 'shared-environment', message: `has the same value as ${other.name} in ${other.environment}` })
      }
    }
    const before = first.get(secret.fingerprint)
    if (before === undefined) first.set(secret.fingerprint, secret)
    else if (before.principal !== secret.principal) {
      const of = (principal: string | undefined): string => principal ?? 'nobody in particular'
      problems.push({ name: secret.name, kind: 'shared-principal', message: `of ${of(secret.principal)} has the same value as ${before.name} of ${of(before.principal)}` })
    }
  }
  return problems
}
