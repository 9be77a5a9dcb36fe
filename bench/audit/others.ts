import { readFileSync } from 'node:fs'

const TICKS = 100

/** Seconds for which processors have worked since the machine started, whoever for. Undefined where /proc/stat does not say. */
function busySeconds(): number | undefined {
  try {
    const [, user, nice, system, , , irq, softirq] = /^cpu +(\d+) (\d+) (\d+) (\d+) (\d+) (\d+) (\d+)/u.exec(readFileSync('/proc/stat', 'utf8')) ?? []
    return user === undefined ? undefined : [user, nice, system, irq, softirq].reduce((sum, ticks) => sum + Number(ticks), 0) / TICKS
  } catch {
    return undefined
  }
}

/** Begins to count how many processors the rest of the machine keeps busy on average: what takes two threads and a disk is slowed down more by that than what takes one. */
export function watchOthers(): () => number | undefined {
  const [busy, own, start] = [busySeconds(), process.cpuUsage(), performance.now()]
  return () => {
    const now = busySeconds()
    const { user, system } = process.cpuUsage(own)
    if (busy === undefined || now === undefined) return undefined
    return Math.max(0, now - busy - (user + system) / 1e6) / ((performance.now() - start) / 1_000)
  }
}
