import { Presets, SingleBar } from 'cli-progress'
import type { AuditHost } from './host.ts'

/** A progress bar on standard error for long work, where somebody watches. */
export function progress(host: AuditHost, unit: string): { readonly update: (done: number, total: number) => void; readonly stop: () => void } {
  if (!host.interactive) return { update: () => {}, stop: () => {} }
  const bar = new SingleBar({ format: `  {bar} {value}/{total} ${unit}  {eta_formatted} left`, hideCursor: true, clearOnComplete: true, stream: process.stderr }, Presets.shades_grey)
  let running = false
  return {
    update(done, total) {
      if (running) return bar.update(done)
      if (total < 20_000) return
      bar.start(total, done)
      running = true
    },
    stop: () => bar.stop(),
  }
}
