import { controls, type CheckResult, type Control, type EntryPoint, type State } from '../types.ts'

/** The manifest that is committed: every action, who can call it, and how each control stands. */
export interface PostureManifest {
  readonly version: 1
  readonly entries: readonly {
    readonly id: string
    readonly kind: EntryPoint['kind']
    readonly exposure: EntryPoint['exposure']['tier']
    /** Controls that apply, and how they stand. A waiver carries its reason. */
    readonly controls: { readonly [control in Control]?: State | `waived: ${string}` }
  }[]
}

/** The file name under which the manifest is committed. */
export const manifestFile = 'sallyport.manifest.json'

/** The posture of every entry point, in a stable order and without line numbers, so that a diff shows what changed. */
export function toManifest(result: CheckResult): string {
  const entries = [...result.entries]
    .sort((left, right) => (left.id < right.id ? -1 : 1))
    .map((entry) => {
      const own: { [control in Control]?: State | `waived: ${string}` } = {}
      for (const control of controls) {
        const grade = entry.controls[control]
        if (grade.applies) own[control] = grade.state === 'waived' ? `waived: ${grade.reason}` : grade.state
      }
      return { id: entry.id, kind: entry.kind, exposure: entry.exposure.tier, controls: own }
    })
  const manifest: PostureManifest = { version: 1, entries }
  return `${JSON.stringify(manifest, null, 2)}\n`
}
