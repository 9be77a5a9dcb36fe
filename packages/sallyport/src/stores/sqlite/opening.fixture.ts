// One of the processes of opening.test.ts: opens what it is told to, at the moment at which the others do.
import { openConnection } from './connection.ts'
import { sqliteLimits } from './limits.ts'

process.on('message', (path: string) => {
  try {
    const limits = sqliteLimits({ path: `${path}.limits` })
    const connection = openConnection(`${path}.events`, 'write')
    const mode = connection.run('PRAGMA journal_mode', []).rows[0]?.['journal_mode']
    connection.close()
    void limits.close?.()
    process.send?.(mode)
  } catch (error) {
    process.send?.(String(error))
  }
})
process.send?.('ready')
