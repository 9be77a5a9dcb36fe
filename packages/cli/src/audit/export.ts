import { createWriteStream } from 'node:fs'
import { finished } from 'node:stream/promises'
import { anchorToFile, exportTiles, NotExtendedError, ocsfEvent, type AuditQuery, type StoredEvent } from 'sallyport/audit'
import { jsonOf, lineOf } from './format.ts'
import { UsageError, type AuditHost } from './host.ts'
import type { OpenLog } from './open.ts'
import { progress } from './progress.ts'
import { pages, readerOf } from './read.ts'

/** What `export` writes. */
export type ExportFormat = 'jsonl' | 'ocsf' | 'tiles' | 'checkpoint'

/** `export`: events as JSON lines or OCSF, the log as tiles, or its newest checkpoint. Returns how many entries; undefined when it was interrupted. */
export async function exportLog(log: OpenLog, format: ExportFormat, output: string | undefined, query: AuditQuery, host: AuditHost): Promise<number | undefined> {
  if ((format === 'tiles' || format === 'checkpoint') && Object.keys(query).length > 0) throw new UsageError(`--format ${format} is of the whole log, and takes no filters`)
  if (format === 'tiles') {
    if (output === undefined) throw new UsageError('--format tiles writes a folder: say which with --output')
    const bar = progress(host, 'entries')
    try {
      return await exportTiles(log.source, output, bar.update)
    } finally {
      bar.stop()
    }
  }
  if (format === 'checkpoint') return exportCheckpoint(log, output, host)
  const line = format === 'jsonl' ? (stored: StoredEvent) => lineOf(stored, true) : ocsfLine
  const reader = readerOf(log)
  const write = output === undefined ? host.out : fileWriter(output)
  const total = output === undefined ? 0 : Number((await reader.search({ limit: 1 }))[0]?.position ?? -1) + 1
  const bar = progress(host, 'entries')
  let count = 0
  let cut = false
  try {
    for await (const stored of pages(reader, { ...query, order: 'oldest' }, Infinity)) {
      if ((cut = host.interrupted())) break
      const text = line(stored)
      if (text !== '') await write(text)
      count += text === '' ? 0 : 1
      bar.update(Number(stored.position) + 1, total)
    }
  } finally {
    bar.stop()
  }
  if ('end' in write) await (write as FileWriter).end()
  return cut ? undefined : count
}

interface FileWriter {
  (text: string): Promise<void>
  end(): Promise<void>
}

function fileWriter(path: string): FileWriter {
  const stream = createWriteStream(path)
  const done = finished(stream)
  done.catch(() => {})
  const write = (text: string): Promise<void> => (stream.write(text) ? Promise.resolve() : Promise.race([done, new Promise<void>((resolve) => stream.once('drain', resolve))]))
  return Object.assign(write, {
    end() {
      stream.end()
      return done
    },
  })
}

function ocsfLine(stored: StoredEvent): string {
  const event = ocsfEvent(stored)
  return event === undefined ? '' : `${jsonOf(event)}\n`
}

async function exportCheckpoint({ source }: OpenLog, output: string | undefined, host: AuditHost): Promise<number> {
  const checkpoint = await source.checkpoint()
  if (checkpoint === undefined) throw new UsageError('the log has no checkpoint yet: seal it first')
  if (output === undefined) await host.out(checkpoint)
  else if (!(await anchorToFile(output, checkpoint, source))) throw new NotExtendedError(`${output} holds a checkpoint that this log does not extend: it was rolled back, has forked, or is another. Run verify --checkpoint ${output}`)
  return Number(checkpoint.split('\n')[1])
}
