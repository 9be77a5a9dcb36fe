// One check, in a process of its own, with a cache if a file for it is named. Says what it found and how much memory it took.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { check, CheckCache } from '@sallyport/check'

const [root = '.', parts = 'all', file] = process.argv.slice(2)
const cache = file === undefined ? undefined : new CheckCache(existsSync(file) ? readFileSync(file, 'utf8') : undefined)
const { entries, findings, statistics } = check({ root, config: { routes: parts !== 'actions' }, ...(cache ? { cache } : {}) })
if (file !== undefined && cache?.changed) writeFileSync(file, cache.toText())
console.log(JSON.stringify({ files: statistics.files, entries: entries.length, findings: findings.length, milliseconds: statistics.milliseconds, memory: Math.round(process.resourceUsage().maxRSS / 1024) }))
