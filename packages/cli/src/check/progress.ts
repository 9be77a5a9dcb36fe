import { SingleBar, Presets } from 'cli-progress'

/** A progress line on standard error, shown only when there is much to do. */
export function progressBar(): { update: (done: number, total: number, name: string) => void; stop: () => void } {
  const bar = new SingleBar({ format: '  {bar} {value}/{total} {name}', hideCursor: true, clearOnComplete: true, stream: process.stderr }, Presets.shades_grey)
  let running = false
  return {
    update(done, total, name) {
      if (total < 50) return
      if (!running) {
        bar.start(total, done, { name })
        running = true
      } else bar.update(done, { name })
    },
    stop() {
      if (running) bar.stop()
    },
  }
}
