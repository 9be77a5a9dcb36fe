/** A standard, and the titles of its entries as they were published. */
export interface Standard {
  readonly name: string
  /** Put before an identifier where that alone says nothing: `tenet`, `ASVS`. */
  readonly prefix?: string
  readonly titles: { readonly [id: string]: string }
  /** True where every entry is listed, those that no control supports too. */
  readonly complete: boolean
}

/** OWASP Non-Human Identities Top 10 2025, owasp.org/www-project-non-human-identities-top-10/2025. */
export const nhi: Standard = {
  name: 'OWASP NHI Top 10 2025',
  complete: true,
  titles: {
    'NHI1:2025': 'Improper Offboarding', 'NHI2:2025': 'Secret Leakage', 'NHI3:2025': 'Vulnerable Third-Party NHI', 'NHI4:2025': 'Insecure Authentication', 'NHI5:2025': 'Overprivileged NHI',
    'NHI6:2025': 'Insecure Cloud Deployment Configurations', 'NHI7:2025': 'Long-Lived Secrets', 'NHI8:2025': 'Environment Isolation', 'NHI9:2025': 'NHI Reuse', 'NHI10:2025': 'Human Use of NHI',
  },
}

/** NIST Cybersecurity Framework 2.0 (CSWP 29), subcategories. */
export const csf: Standard = {
  name: 'NIST CSF 2.0',
  complete: false,
  titles: {
    'PR.AA-01': 'Identities and credentials for authorized users, services, and hardware are managed by the organization',
    'PR.AA-03': 'Users, services, and hardware are authenticated',
    'PR.AA-04': 'Identity assertions are protected, conveyed, and verified',
    'PR.AA-05': 'Access permissions, entitlements, and authorizations are defined in a policy, managed, enforced, and reviewed, and incorporate the principles of least privilege and separation of duties',
    'PR.DS-01': 'The confidentiality, integrity, and availability of data-at-rest are protected',
    'PR.DS-02': 'The confidentiality, integrity, and availability of data-in-transit are protected',
    'PR.DS-10': 'The confidentiality, integrity, and availability of data-in-use are protected',
    'PR.PS-04': 'Log records are generated and made available for continuous monitoring',
    'PR.PS-06': 'Secure software development practices are integrated, and their performance is monitored throughout the software development life cycle',
    'PR.IR-04': 'Adequate resource capacity to ensure availability is maintained',
  },
}

/** NIST SP 800-207, section 2.1. */
export const zeroTrust: Standard = {
  name: 'NIST SP 800-207 §2.1',
  prefix: 'tenet',
  complete: true,
  titles: {
    1: 'All data sources and computing services are considered resources',
    2: 'All communication is secured regardless of network location',
    3: 'Access to individual enterprise resources is granted on a per-session basis',
    4: 'Access to resources is determined by dynamic policy',
    5: 'The enterprise monitors and measures the integrity and security posture of all owned and associated assets',
    6: 'All resource authentication and authorization are dynamic and strictly enforced before access is allowed',
    7: 'The enterprise collects as much information as possible about the current state of assets, network infrastructure and communications and uses it to improve its security posture',
  },
}

/** OWASP ASVS 5.0.0: requirements under the titles of their sections. */
export const asvs: Standard = {
  name: 'OWASP ASVS 5.0.0',
  prefix: 'ASVS',
  complete: false,
  titles: {
    '2.2.1': 'Input Validation', '2.2.2': 'Input Validation', '2.3.5': 'Business Logic Security', '2.4.1': 'Anti-automation', '3.5.1': 'Browser Origin Separation', '3.5.2': 'Browser Origin Separation',
    '3.5.3': 'Browser Origin Separation', '5.2.1': 'File Upload and Content', '6.3.1': 'General Authentication Security', '7.5.3': 'Defenses Against Session Abuse', '8.2.1': 'General Authorization Design',
    '8.2.2': 'General Authorization Design', '8.2.3': 'General Authorization Design', '8.3.1': 'Operation Level Authorization', '8.3.2': 'Operation Level Authorization', '8.3.3': 'Operation Level Authorization',
    '8.4.1': 'Other Authorization Considerations', '9.1.1': 'Token source and integrity', '9.2.1': 'Token content', '13.2.2': 'Backend Communication Configuration', '13.3.1': 'Secret Management',
    '14.2.6': 'General Data Protection', '15.3.1': 'Defensive Coding', '15.3.3': 'Defensive Coding', '16.2.1': 'General Logging', '16.2.5': 'General Logging', '16.3.2': 'Security Events',
    '16.4.2': 'Log Protection', '16.5.1': 'Error Handling', '16.5.3': 'Error Handling',
  },
}

/** OWASP Top 10 for LLM Applications 2025, genai.owasp.org/llm-top-10. */
export const llm: Standard = {
  name: 'OWASP LLM 2025',
  complete: true,
  titles: {
    'LLM01:2025': 'Prompt Injection', 'LLM02:2025': 'Sensitive Information Disclosure', 'LLM03:2025': 'Supply Chain', 'LLM04:2025': 'Data and Model Poisoning', 'LLM05:2025': 'Improper Output Handling',
    'LLM06:2025': 'Excessive Agency', 'LLM07:2025': 'System Prompt Leakage', 'LLM08:2025': 'Vector and Embedding Weaknesses', 'LLM09:2025': 'Misinformation', 'LLM10:2025': 'Unbounded Consumption',
  },
}
