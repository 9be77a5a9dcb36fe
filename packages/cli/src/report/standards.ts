import type { Control } from '@sallyport/check'

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

/** Every control, with the requirements that it supports. */
export const mappings: { readonly [control in Control]: ControlMapping } = {
  'server-only': { what: 'Code and secrets of the server never enter a client bundle.', nhi: ['NHI2:2025'], csf: ['PR.DS-10', 'PR.PS-06'], zeroTrust: ['1'], asvs: ['13.3.1', '14.2.6'], llm: ['LLM02:2025'] },
  size: { what: 'A request larger than its limit is refused before it is read.', nhi: [], csf: ['PR.IR-01'], zeroTrust: ['2'], asvs: ['2.2.1'], llm: ['LLM10:2025'] },
  origin: { what: 'A request from another site is refused.', nhi: [], csf: ['PR.AA-03'], zeroTrust: ['2'], asvs: ['3.5.1', '3.5.2', '3.5.3'], llm: [] },
  'rate-limit': { what: 'Calls are counted per principal and per address, and refused beyond a limit.', nhi: [], csf: ['PR.IR-01'], zeroTrust: ['4'], asvs: ['2.4.1'], llm: ['LLM10:2025'] },
  authentication: { what: 'The caller is identified by a verified session or token, in every call.', nhi: ['NHI4:2025', 'NHI1:2025'], csf: ['PR.AA-01', 'PR.AA-03', 'PR.AA-04'], zeroTrust: ['3', '6'], asvs: ['8.3.1', '9.1.1', '9.2.1'], llm: [] },
  validation: { what: 'Input is parsed by a schema at run time before it is used.', nhi: [], csf: ['PR.PS-06'], zeroTrust: ['6'], asvs: ['2.2.1', '2.2.2', '15.3.3'], llm: ['LLM05:2025'] },
  screening: { what: 'Text for a model is looked through for instructions of an attacker.', nhi: [], csf: ['PR.PS-06'], zeroTrust: ['4'], asvs: ['2.2.1'], llm: ['LLM01:2025'] },
  authorization: { what: 'Policy and ownership decide whether this caller may do this to this resource.', nhi: ['NHI5:2025'], csf: ['PR.AA-05'], zeroTrust: ['3', '4', '6'], asvs: ['8.2.1', '8.2.2', '8.4.1'], llm: ['LLM06:2025'] },
  grant: { what: 'Agents and services act only under a grant that is narrow, counted and expires.', nhi: ['NHI5:2025', 'NHI7:2025', 'NHI9:2025'], csf: ['PR.AA-05'], zeroTrust: ['3', '4'], asvs: ['8.3.2', '8.3.3', '13.2.2'], llm: ['LLM06:2025'] },
  approval: { what: 'A person other than the requester approves exactly what will be executed.', nhi: ['NHI5:2025', 'NHI10:2025'], csf: ['PR.AA-05'], zeroTrust: ['4', '6'], asvs: ['2.3.5', '7.5.3'], llm: ['LLM06:2025'] },
  'token-budget': { what: 'Tokens of models are reserved before a call and never overspent.', nhi: [], csf: ['PR.IR-01'], zeroTrust: ['4'], asvs: ['2.4.1'], llm: ['LLM10:2025'] },
  audit: { what: 'The intent is recorded before the effect, the outcome after it, in a log that shows tampering.', nhi: ['NHI10:2025'], csf: ['PR.PS-04'], zeroTrust: ['7'], asvs: ['16.2.1', '16.3.2', '16.4.2'], llm: [] },
  projection: { what: 'Only the fields that the caller needs are returned.', nhi: ['NHI5:2025'], csf: ['PR.DS-10', 'PR.AA-05'], zeroTrust: ['3'], asvs: ['8.2.3', '14.2.6', '15.3.1'], llm: ['LLM02:2025'] },
  scrubbing: { what: 'Secrets and personal data are removed from what leaves, streams included.', nhi: ['NHI2:2025'], csf: ['PR.DS-01', 'PR.DS-02', 'PR.DS-10'], zeroTrust: ['2'], asvs: ['16.2.5', '14.2.6'], llm: ['LLM02:2025', 'LLM05:2025'] },
  'error-sanitization': { what: 'A caller learns a code and a correlation id, and nothing of the inside.', nhi: ['NHI2:2025'], csf: ['PR.DS-10'], zeroTrust: ['2'], asvs: ['16.5.1', '16.5.3'], llm: ['LLM02:2025'] },
}

/** What a reader has to know about the identifiers. */
export const notes: readonly string[] = [
  'This report supports an assessment; it says nothing of compliance.',
  'Where an older text asks for PR.AC-4: that is CSF 1.1. In CSF 2.0 its outcome ("access permissions, entitlements, and authorizations are defined in a policy, managed, enforced, and reviewed, and incorporate the principles of least privilege and separation of duties") is PR.AA-05.',
  'Out of scope: NHI6:2025 (deployment configuration) and tenet 5 of SP 800-207 (integrity of assets).',
]
