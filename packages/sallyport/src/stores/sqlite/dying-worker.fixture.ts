// The writing thread, which ends at the place in its work that its first argument names, when it has come there so many times.
import { DatabaseSync } from 'node:sqlite'
import { parentPort, workerData, type MessagePort } from 'node:worker_threads'

const [, , place, count = 'Infinity'] = process.argv
let times = Number(count)

function reached(): void {
  times -= 1
  if (times === 0) process.exit(1)
}

const { exec } = DatabaseSync.prototype
let groups = (workerData as { readonly inDoubt?: unknown }).inDoubt !== undefined
DatabaseSync.prototype.exec = function commit(sql) {
  const here = sql === 'COMMIT' && groups
  if (here && place === 'before COMMIT') reached()
  exec.call(this, sql)
  if (here && place === 'after COMMIT') reached()
}
if (parentPort !== null) {
  const port = parentPort
  const post = port.postMessage.bind(port)
  // Migrations are no groups. No listener of our own: it would start the port, and what comes before the worker listens would be lost.
  const on = port.on.bind(port)
  const listen = (event: 'message', listener: (message: { kind?: string }) => void): MessagePort =>
    on(event, (message: { kind?: string }) => {
      groups ||= message.kind === 'write'
      listener(message)
    })
  // It listens for nothing else.
  port.on = listen as typeof port.on
  port.postMessage = (message: { kind?: string }, ...rest) => {
    if (message.kind === 'written' && place === 'before its answer') reached()
    post(message, ...rest)
    if (message.kind === 'written' && place === 'after its answer') reached()
  }
  await import('./worker.ts')
}
