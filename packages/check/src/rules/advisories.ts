/** One advisory: which versions it concerns, and where it is fixed. */
export interface Advisory {
  readonly id: string
  readonly what: string
  readonly packages: readonly string[]
  /** Fixed versions, one per release line: `major.minor` lines below the first are all concerned. */
  readonly fixed: readonly string[]
  /** The first version that is concerned; earlier ones are not. */
  readonly from: string
}

/** When this table was last brought up to date. */
export const advisoriesAsOf = '2026-11-15'

/** Advisories on Next.js and React that an application can't protect itself from. */
export const advisories: readonly Advisory[] = [
  { id: 'CVE-2024-34351', what: 'server-side request forgery in server actions', packages: ['next'], from: '13.4.0', fixed: ['14.1.1'] },
  { id: 'CVE-2024-56332', what: 'denial of service with server actions', packages: ['next'], from: '13.0.0', fixed: ['13.5.8', '14.2.21', '15.1.2'] },
  { id: 'CVE-2025-55182', what: 'code execution by deserialising a request', packages: ['react-server-dom-webpack', 'react-server-dom-turbopack', 'react-server-dom-parcel'], from: '19.0.0', fixed: ['19.0.1', '19.1.2', '19.2.1'] },
  { id: 'CVE-2025-55182', what: 'code execution by deserialising a request', packages: ['next'], from: '15.0.0', fixed: ['15.5.7', '16.0.7'] },
  { id: 'CVE-2025-55183, CVE-2025-55184, CVE-2025-67779', what: 'source exposure and denial of service', packages: ['next'], from: '16.0.0', fixed: ['16.0.10'] },
  { id: 'CVE-2026-27978', what: 'server actions accept a null origin', packages: ['next'], from: '16.0.0', fixed: ['16.1.7'] },
  { id: 'CVE-2026-64641, CVE-2026-64643, CVE-2026-64649', what: 'denial of service, disclosure of action ids, request forgery', packages: ['next'], from: '15.0.0', fixed: ['15.5.21', '16.2.11'] },
  { id: 'CVE-2026-94482', what: 'denial of service', packages: ['next'], from: '15.0.0', fixed: ['15.5.28', '16.4.1'] },
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

/** Advisories that concern a version of a package. Pre-releases count as their release. */
export function advisoriesFor(name: string, version: string): Advisory[] {
  const own = numbers(version)
  if (own.length === 0 || own.some(Number.isNaN)) return []
  return advisories.filter((advisory) => {
    if (!advisory.packages.includes(name) || below(own, numbers(advisory.from))) return false
    const lines = advisory.fixed.map(numbers)
    const sameMinor = lines.find((line) => line[0] === own[0] && line[1] === own[1])
    if (sameMinor) return below(own, sameMinor)
    const sameMajor = lines.filter((line) => line[0] === own[0])
    const line = sameMajor.at(-1) ?? lines.find((one) => (one[0] ?? 0) > (own[0] ?? 0))
    return line !== undefined && below(own, line)
  })
}
