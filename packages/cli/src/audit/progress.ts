import { Presets, SingleBar } from 'cli-progress'
import type { AuditHost } from './host.ts'

/** A progress bar on standard error for long work, where somebody watches. */
export function progress(host: Pick<AuditHost, 'interactive'>, unit: string, stream: NodeJS.WritableStream = process.stderr): { readonly update: (done: number, total: number) => void; readonly stop: () => void } {
  if (!host.interactive) return { update: () => {}, stop: () => {} }
  const bar = new SingleBar({ format: `  {bar} {value}/{total} ${unit}  {eta_formatted} left`, hideCursor: true, clearOnComplete: true, stream }, Presets.shades_grey)
  let running = false
  return {
    update(done, total) {
      // A log that grows meanwhile ends where it ended at first.
      if (running) return bar.update(Math.min(done, bar.getTotal()))
      if (total < 20_000) return
      bar.start(total, done)
      running = true
    },
    stop: () => bar.stop(),
  }
}
