import { advisoriesAsOf, advisoriesFor, latest } from './advisories.ts'
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
      const concerns = advisoriesFor(name, version)
      if (concerns.length === 0) continue
      const each = concerns.flatMap(({ advisory }) => advisory.id.split(', '))
      const ids = each.join(', ')
      const worst = concerns.find(({ advisory }) => advisory.what.startsWith('code execution')) ?? concerns[0]
      const others = each.length === 1 ? '' : ` and ${each.length - 1} more`
      reports.push({
        message: `${name} ${version}${exact ? '' : ' (the lowest that package.json allows)'}: ${worst?.advisory.what ?? ''}${others}; update to ${latest(concerns)} or later (${ids}; as of ${advisoriesAsOf})`,
        at,
        // An advisory that is new to the table makes a new finding: a baseline does not hide it.
        key: `${name} ${ids}`,
        ...(exact ? {} : { level: 'warning' as const }),
      })
    }
    return reports
  },
}
