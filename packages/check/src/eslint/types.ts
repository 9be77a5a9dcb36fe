/** The part of ESLint's rule context that the plugin uses. */
export interface LintContext {
  readonly filename: string
  readonly cwd: string
  readonly sourceCode: { readonly text: string }
  readonly report: (descriptor: { readonly message: string; readonly loc: { readonly line: number; readonly column: number } }) => void
}

/** One rule, in the form that ESLint takes. */
export interface LintRule {
  readonly meta: { readonly type: 'problem'; readonly docs: { readonly description: string }; readonly schema: readonly [] }
  readonly create: (context: LintContext) => { readonly Program?: () => void }
}

/** The plugin, in the form that ESLint's flat configuration takes. */
export interface LintPlugin {
  readonly meta: { readonly name: string; readonly version: string }
  readonly rules: { readonly [name: string]: LintRule }
  readonly configs: { readonly recommended: LintConfig }
}

/** One entry of a flat configuration. */
export interface LintConfig {
  readonly name: string
  readonly plugins: { readonly [name: string]: LintPlugin }
  readonly rules: { readonly [rule: string]: 'error' | 'warn' }
}
