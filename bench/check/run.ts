// One check, in a process of its own.
import { check } from '@sallyport/check'

const [root = '.', parts = 'all'] = process.argv.slice(2)
check({ root, config: { routes: parts !== 'actions' } })
if (parts === 'memory') console.log(Math.round(process.resourceUsage().maxRSS / 1024))
