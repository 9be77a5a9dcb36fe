import { controls, type Control } from '@sallyport/check'
import { asvs, csf, llm, nhi, zeroTrust, type Standard } from './titles.ts'

/** What one control is, and which requirements of public standards it supports. */
export interface ControlMapping {
  readonly what: string
  /** OWASP Non-Human Identities Top 10 2025. */
  readonly nhi: readonly string[]
  /** NIST Cybersecurity Framework 2.0. */
  readonly csf: readonly string[]
  /** Tenets of NIST SP 800-207, section 2.1. */
  readonly zeroTrust: readonly string[]
  /** OWASP ASVS 5.0.0. */
  readonly asvs: readonly string[]
  /** OWASP Top 10 for LLM applications 2025. */
  readonly llm: readonly string[]
}

/** The standards, by the property of a mapping that names their entries. */
export const standards: readonly (readonly [property: Exclude<keyof ControlMapping, 'what'>, standard: Standard])[] = [['nhi', nhi], ['csf', csf], ['zeroTrust', zeroTrust], ['asvs', asvs], ['llm', llm]]

/** Every control, with the requirements that it supports. */
export const mappings: { readonly [control in Control]: ControlMapping } = {
  'server-only': { what: 'Code and secrets of the server never enter a client bundle.', nhi: ['NHI2:2025'], csf: ['PR.DS-10', 'PR.PS-06'], zeroTrust: [], asvs: ['13.3.1'], llm: ['LLM02:2025'] },
  size: { what: 'A request larger than its limit is refused before it is read.', nhi: [], csf: ['PR.IR-04'], zeroTrust: [], asvs: ['5.2.1'], llm: ['LLM10:2025'] },
  origin: { what: 'A request from another site is refused.', nhi: [], csf: ['PR.AA-03'], zeroTrust: ['2'], asvs: ['3.5.1', '3.5.2', '3.5.3'], llm: [] },
  'rate-limit': { what: 'Calls are counted per principal and per address, and refused beyond a limit.', nhi: [], csf: ['PR.IR-04'], zeroTrust: [], asvs: ['2.4.1', '6.3.1'], llm: ['LLM10:2025'] },
  authentication: { what: 'The caller is identified by a verified session or token, in every call; what is sensitive asks for a fresh one.', nhi: ['NHI4:2025', 'NHI1:2025'], csf: ['PR.AA-01', 'PR.AA-03', 'PR.AA-04'], zeroTrust: ['3', '6'], asvs: ['7.5.3', '9.1.1', '9.2.1'], llm: [] },
  validation: { what: 'Input is parsed by a schema at run time before it is used.', nhi: [], csf: ['PR.PS-06'], zeroTrust: [], asvs: ['2.2.1', '2.2.2', '15.3.3'], llm: ['LLM05:2025'] },
  screening: { what: 'Text for a model is looked through for instructions of an attacker.', nhi: [], csf: ['PR.PS-06'], zeroTrust: [], asvs: ['2.2.1'], llm: ['LLM01:2025'] },
  authorization: { what: 'Policy and ownership decide whether this caller may do this to this resource.', nhi: ['NHI5:2025'], csf: ['PR.AA-05'], zeroTrust: ['3', '4', '6'], asvs: ['8.2.1', '8.2.2', '8.3.1', '8.4.1'], llm: ['LLM06:2025'] },
  grant: { what: 'Agents and services act only under a grant that is theirs alone, narrow, counted and expires; revoking it holds on the next call.', nhi: ['NHI5:2025', 'NHI9:2025'], csf: ['PR.AA-05'], zeroTrust: ['3', '4'], asvs: ['8.3.2', '8.3.3', '13.2.2'], llm: ['LLM06:2025'] },
  approval: { what: 'A person other than the requester approves exactly what will be executed.', nhi: [], csf: ['PR.AA-05'], zeroTrust: ['6'], asvs: ['2.3.5'], llm: ['LLM06:2025'] },
  'token-budget': { what: 'Tokens of models are reserved before a call and never overspent.', nhi: [], csf: ['PR.IR-04'], zeroTrust: [], asvs: ['2.4.1'], llm: ['LLM10:2025'] },
  audit: { what: 'The intent is recorded before the effect, the outcome after it, in a log that shows tampering. It names for whom a call is made, and who makes it.', nhi: ['NHI10:2025'], csf: ['PR.PS-04'], zeroTrust: ['7'], asvs: ['16.2.1', '16.3.2', '16.4.2'], llm: [] },
  projection: { what: 'Only the fields that the caller needs are returned.', nhi: ['NHI5:2025'], csf: ['PR.DS-10', 'PR.AA-05'], zeroTrust: ['3'], asvs: ['8.2.3', '14.2.6', '15.3.1'], llm: ['LLM02:2025'] },
  scrubbing: { what: 'Secrets and personal data are removed from what leaves, streams and logs included.', nhi: ['NHI2:2025'], csf: ['PR.DS-01', 'PR.DS-02', 'PR.DS-10'], zeroTrust: [], asvs: ['14.2.6', '16.2.5'], llm: ['LLM02:2025', 'LLM05:2025', 'LLM07:2025'] },
  'error-sanitization': { what: 'A caller learns a code and a correlation id, and nothing of the inside.', nhi: ['NHI2:2025'], csf: ['PR.DS-10'], zeroTrust: [], asvs: ['16.5.1', '16.5.3'], llm: ['LLM02:2025'] },
}

/** Entries that no control of a call supports, and what does, if anything of Sallyport does. */
const elsewhere: { readonly [id: string]: string } = {
  'NHI3:2025': 'not supported: third parties are outside the application',
  'NHI6:2025': 'not supported: deployment is outside the application',
  'NHI7:2025': 'no control of a call; rotation and its dates are in `sallyport secrets` and `sallyport identities`',
  'NHI8:2025': 'no control of a call; approvals, grants and secrets hold in one environment only',
  1: 'no control of a call; the inventory of this report lists every entry point',
  5: 'not supported: assets are outside the application',
  'LLM03:2025': 'not supported: models and their suppliers are outside the application',
  'LLM04:2025': 'not supported: training and its data are outside the application',
  'LLM08:2025': 'not supported: retrieval is the application\'s own',
  'LLM09:2025': 'not supported: what a model says is not judged',
}

/** One entry of a standard, and the controls that support it. */
export interface Coverage {
  readonly standard: string
  readonly id: string
  readonly title: string
  readonly controls: readonly Control[]
  /** What there is instead, where no control supports it. */
  readonly instead?: string
}

/** Every entry that is mapped, and of the short lists every entry that is not. */
export function coverage(): Coverage[] {
  return standards.flatMap(([property, standard]) =>
    Object.entries(standard.titles).flatMap(([id, title]) => {
      const own = controls.filter((control) => mappings[control][property].includes(id))
      if (own.length === 0 && !standard.complete) return []
      const instead = own.length === 0 ? elsewhere[id] : undefined
      return [{ standard: standard.name, id: spoken(standard, id), title, controls: own, ...(instead === undefined ? {} : { instead }) }]
    }),
  ).sort((left, right) => order(left) - order(right) || left.id.localeCompare(right.id, 'en', { numeric: true }))
}

function order({ standard }: Coverage): number {
  return standards.findIndex(([, { name }]) => name === standard)
}

/** An identifier as it is read beside those of other standards. */
export function spoken({ prefix }: Standard, id: string): string {
  return prefix === undefined ? id : `${prefix} ${id}`
}

/** What a reader has to know about the identifiers. */
export const notes: readonly string[] = [
  'Supports means: the control is part of what the requirement asks for. Whether the requirement is met is for an assessment to say, and this report says nothing of it.',
  'Where an older text asks for PR.AC-4: that is CSF 1.1 ("access permissions and authorizations are managed, incorporating the principles of least privilege and separation of duties"). CSF 2.0 has no category PR.AC: identity, authentication and access control are PR.AA, and this outcome is PR.AA-05.',
  'Where an older text asks for NHI-02: that is NHI2:2025, Secret Leakage.',
]
