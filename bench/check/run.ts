// One check, in a process of its own. Says what it found and how much memory it took.
import { check } from '@sallyport/check'

const [root = '.', parts = 'all'] = process.argv.slice(2)
const { entries, findings, statistics } = check({ root, config: { routes: parts !== 'actions' } })
console.log(JSON.stringify({ files: statistics.files, entries: entries.length, findings: findings.length, milliseconds: statistics.milliseconds, memory: Math.round(process.resourceUsage().maxRSS / 1024) }))
