import { advisoriesAsOf, advisoriesFor } from './advisories.ts'
import { installedVersions } from './versions.ts'
import type { Report, Rule } from './types.ts'

export const vulnerableVersion: Rule = {
  id: 'vulnerable-version',
  title: 'Next.js or React has a known flaw below the application',
  level: 'error',
  why: 'Some flaws act before any action runs: no check in the application can help.',
  fix: 'Update to a version that the advisory names as fixed.',
  bad: `"next": "16.0.0"`,
  good: `"next": "16.4.5"`,
  standards: { api: ['API8:2023'], asvs: ['15.2.1'], cwe: ['CWE-1395'] },
  project: ({ base }) => {
    const reports: Report[] = []
    for (const { name, version, at, exact } of installedVersions(base)) {
      for (const { advisory, fixedIn } of advisoriesFor(name, version)) {
        reports.push({
          message: `${name} ${version}${exact ? '' : ' (the lowest that package.json allows)'}: ${advisory.id}, ${advisory.what}; fixed in ${fixedIn} (as of ${advisoriesAsOf})`,
          at, key: `${name} ${advisory.id}`, ...(exact ? {} : { level: 'warning' as const }),
        })
      }
    }
    return reports
  },
}
