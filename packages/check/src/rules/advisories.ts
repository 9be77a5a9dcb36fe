/** One advisory: which versions it concerns, and where it is fixed. */
export interface Advisory {
  readonly id: string
  readonly what: string
  readonly packages: readonly string[]
  /** The first version that is concerned; earlier ones are not. */
  readonly from: string
  /** Fixed versions, one per release line, ascending. A line between two of them is fixed only in the later one. */
  readonly fixed: readonly string[]
  /** Where affected and fixed versions were read. */
  readonly source: string
}

/** When this table was last brought up to date. */
export const advisoriesAsOf = '2026-11-22'

const serverPackages = ['react-server-dom-webpack', 'react-server-dom-turbopack', 'react-server-dom-parcel']
const vercel = 'github.com/vercel/next.js/security/advisories'
const react = 'github.com/facebook/react/security/advisories'
const github = 'github.com/advisories'

/**
 * Advisories on Next.js and React's server packages on what acts before an action runs, on its arguments, or round a guard in
 * middleware. Advisories on caches, on the development server and on single options of a configuration are not kept here.
 *
 * Every entry was compared with its source on {@link advisoriesAsOf}.
 */
export const advisories: readonly Advisory[] = [
  { id: 'CVE-2024-34351', what: 'server-side request forgery in server actions', packages: ['next'], from: '13.4.0', fixed: ['14.1.1'], source: `${vercel}/GHSA-fr5h-rqp8-mj6g` },
  { id: 'CVE-2024-51479', what: 'a guard in middleware that goes by the path can be passed', packages: ['next'], from: '9.5.5', fixed: ['14.2.15'], source: `${github}/GHSA-7gfc-8cq8-jh5f` },
  { id: 'CVE-2024-56332', what: 'denial of service with server actions', packages: ['next'], from: '13.0.0', fixed: ['13.5.8', '14.2.21', '15.1.2'], source: `${github}/GHSA-7m27-7ghc-44w9` },
  { id: 'CVE-2025-29927', what: 'a guard in middleware can be passed', packages: ['next'], from: '11.1.4', fixed: ['12.3.5', '13.5.9', '14.2.25', '15.2.3'], source: `${vercel}/GHSA-f82v-jwr5-mffw` },
  // Next.js had CVE-2025-66478 for it, which was withdrawn as the same.
  { id: 'CVE-2025-55182', what: 'code execution by deserialising a request', packages: ['next'], from: '15.0.0', fixed: ['15.0.5', '15.1.9', '15.2.6', '15.3.6', '15.4.8', '15.5.7', '16.0.7'], source: `${vercel}/GHSA-9qr9-h5gf-34mp` },
  { id: 'CVE-2025-55183', what: 'the source of server actions is told', packages: ['next'], from: '15.0.0', fixed: ['15.0.6', '15.1.10', '15.2.7', '15.3.7', '15.4.9', '15.5.8', '16.0.9'], source: 'react.dev/blog/2025/12/03/critical-security-vulnerability-in-react-server-components, as of 2025-12-11' },
  { id: 'CVE-2025-55184, CVE-2025-67779', what: 'denial of service by a request to a server function', packages: ['next'], from: '13.3.0', fixed: ['14.2.35', '15.0.7', '15.1.11', '15.2.8', '15.3.8', '15.4.10', '15.5.9', '16.0.10'], source: `${vercel}/GHSA-5j59-xgg2-r9c4` },
  { id: 'CVE-2026-23864', what: 'denial of service by a request to a server function', packages: ['next'], from: '13.0.0', fixed: ['15.0.8', '15.1.12', '15.2.9', '15.3.9', '15.4.11', '15.5.10', '16.0.11', '16.1.5'], source: 'vercel.com/changelog/summary-of-cve-2026-23864' },
  { id: 'CVE-2026-27978', what: 'server actions accept a null origin', packages: ['next'], from: '16.0.1', fixed: ['16.1.7'], source: `${github}/GHSA-mq59-m269-xvcx` },
  { id: 'CVE-2026-23869', what: 'denial of service by a request to a server function', packages: ['next'], from: '13.0.0', fixed: ['15.5.15', '16.2.3'], source: `${vercel}/GHSA-q4gf-8mx6-v5v3` },
  { id: 'CVE-2026-23870', what: 'denial of service by a request to a server function', packages: ['next'], from: '13.0.0', fixed: ['15.5.16', '16.2.5'], source: `${vercel}/GHSA-8h8q-6873-q5fj` },
  { id: 'CVE-2026-44578', what: 'server-side request forgery by a WebSocket upgrade', packages: ['next'], from: '13.4.13', fixed: ['15.5.16', '16.2.5'], source: `${vercel}/GHSA-c4j6-fc7j-m34r` },
  { id: 'CVE-2026-44573', what: 'a guard in middleware can be passed by a request for data, with i18n of the pages router', packages: ['next'], from: '12.2.0', fixed: ['15.5.16', '16.2.5'], source: `${vercel}/GHSA-36qx-fr4f-26g5` },
  { id: 'CVE-2026-44574', what: 'a guard in middleware can be passed by a parameter of a dynamic route', packages: ['next'], from: '15.4.0', fixed: ['15.5.16', '16.2.5'], source: `${github}/GHSA-492v-c6pp-mqqv` },
  { id: 'CVE-2026-44575, CVE-2026-45109', what: 'a guard in middleware can be passed by a prefetch', packages: ['next'], from: '15.2.0', fixed: ['15.5.18', '16.2.6'], source: `${github}/GHSA-26hh-7cqf-hhc6` },
  { id: 'CVE-2026-64641, CVE-2026-64643, CVE-2026-64646', what: 'denial of service with server actions, disclosure of their ids', packages: ['next'], from: '13.0.0', fixed: ['15.5.21', '16.2.11'], source: `${github}/GHSA-m99w-x7hq-7vfj, GHSA-955p-x3mx-jcvp, GHSA-4c39-4ccg-62r3` },
  { id: 'CVE-2026-64649', what: 'server-side request forgery in server actions on custom servers', packages: ['next'], from: '14.1.1', fixed: ['15.5.21', '16.2.11'], source: 'tenable.com/plugins/was/115757' },
  { id: 'CVE-2026-64642', what: 'a guard in middleware can be passed with Turbopack and a single locale', packages: ['next'], from: '16.0.0', fixed: ['16.2.11'], source: 'tenable.com/plugins/was/115757' },
  { id: 'CVE-2026-94545', what: 'code execution by what a request writes into an image of next/og', packages: ['next'], from: '16.2.0', fixed: ['16.3.6'], source: `${github}/GHSA-vcvr-r3jv-pc5j` },
  { id: 'CVE-2026-94482', what: 'denial of service with server actions', packages: ['next'], from: '13.0.0', fixed: ['15.5.28', '16.4.1'], source: `${github}/GHSA-p3m5-59mp-jv5r` },
  { id: 'CVE-2026-96889', what: 'code execution by an SVG that the server optimises', packages: ['next'], from: '10.0.0', fixed: ['15.5.28', '16.4.1'], source: 'osv.dev/vulnerability/GHSA-2464-fhr4-w9xw' },
  { id: 'GHSA-673q-mjm6-r5xr', what: 'code execution by typed arrays of a cached function', packages: ['next'], from: '16.0.0', fixed: ['16.4.1'], source: 'tenable.com/plugins/was/115749' },

  { id: 'CVE-2025-55182', what: 'code execution by deserialising a request', packages: serverPackages, from: '19.0.0', fixed: ['19.0.1', '19.1.2', '19.2.1'], source: `${react}/GHSA-fv66-9v8q-g76r` },
  { id: 'CVE-2025-55183, CVE-2025-55184, CVE-2025-67779', what: 'source exposure and denial of service', packages: serverPackages, from: '19.0.0', fixed: ['19.0.3', '19.1.4', '19.2.3'], source: 'react.dev/blog/2025/12/11/denial-of-service-and-source-code-exposure-in-react-server-components' },
  { id: 'CVE-2026-23864', what: 'denial of service by a request to a server function', packages: serverPackages, from: '19.0.0', fixed: ['19.0.4', '19.1.5', '19.2.4'], source: `${react}/GHSA-83fc-fqcc-2hmg` },
  { id: 'CVE-2026-23869', what: 'denial of service by a request to a server function', packages: serverPackages, from: '19.0.0', fixed: ['19.0.5', '19.1.6', '19.2.5'], source: 'the CVE record' },
  { id: 'CVE-2026-23870', what: 'denial of service by a request to a server function', packages: serverPackages, from: '19.0.0', fixed: ['19.0.6', '19.1.7', '19.2.6'], source: `${react}/GHSA-rv78-f8rc-xrxh` },
  { id: 'CVE-2026-44907', what: 'denial of service by a request to a server function', packages: serverPackages, from: '19.0.0', fixed: ['19.0.8', '19.1.9', '19.2.8'], source: `${github}/GHSA-wx67-qw84-cm4g` },
  // The record was read without its ranges: these are the releases that changed what the flaw is about.
  { id: 'CVE-2026-126187', what: 'code execution by typed arrays of a server component', packages: serverPackages, from: '19.0.0', fixed: ['19.0.9', '19.1.10', '19.2.9', '19.3.1'], source: 'the CVE record, and the published packages of 2026-10-14' },
]

function numbers(version: string): number[] {
  return version.replace(/^[^\d]*/, '').split('-')[0]?.split('.').map(Number) ?? []
}

function below(left: readonly number[], right: readonly number[]): boolean {
  for (let index = 0; index < 3; index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0)
    if (difference !== 0) return difference < 0
  }
  return false
}

/** An advisory that concerns a version, and the version to go to from there. */
export interface Concern {
  readonly advisory: Advisory
  /** The nearest version that is fixed. */
  readonly fixedIn: string
}

/** Advisories that concern a version of a package. Pre-releases count as their release. */
export function advisoriesFor(name: string, version: string): Concern[] {
  const own = numbers(version)
  if (own.length === 0 || own.some(Number.isNaN)) return []
  return advisories.flatMap((advisory) => {
    if (!advisory.packages.includes(name) || below(own, numbers(advisory.from))) return []
    const fixedIn = fixOf(own, advisory.fixed)
    return fixedIn !== undefined && below(own, numbers(fixedIn)) ? [{ advisory, fixedIn }] : []
  })
}

/** The fix of a version's own line; else the next later one of its major version, its last one, or the first of a later major version. */
function fixOf(own: readonly number[], fixed: readonly string[]): string | undefined {
  const sameMajor = fixed.filter((one) => numbers(one)[0] === own[0])
  const sameLine = sameMajor.find((one) => numbers(one)[1] === own[1])
  return sameLine ?? sameMajor.find((one) => below(own, numbers(one))) ?? sameMajor.at(-1) ?? fixed.find((one) => below(own, numbers(one)))
}

/** The version that is fixed whatever the advisory. */
export function latest(concerns: readonly Concern[]): string {
  return concerns.map(({ fixedIn }) => fixedIn).reduce((one, other) => (below(numbers(one), numbers(other)) ? other : one), '0.0.0')
}
