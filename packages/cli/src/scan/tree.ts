import { join } from 'node:path'
import type { BatchPart, ScanEngine } from './engine.ts'
import { isBinary, type FileReader } from './files.ts'
import type { ScanFinding } from './finding.ts'
import type { Found } from './task.ts'

const BATCH_BYTES = 256 * 1024

/** Looks through files. The reader may serve many calls. */
export function scanFiles(root: string, files: readonly string[], engine: ScanEngine, reader: FileReader, maxBytes: number): Found {
  const findings: ScanFinding[] = []
  const unread: string[] = []
  let scanned = 0
  let parts: BatchPart[] = []
  let end = 0
  const flush = (): void => {
    if (parts.length > 0) findings.push(...engine.scanBatch(reader.upTo(end), parts))
    parts = []
    end = 0
  }
  const before = join(root, '/')
  for (const file of files) {
    const bytes = reader.read(before + file, maxBytes, end)
    if (bytes === undefined) {
      if (reader.why !== undefined) unread.push(`${file} (${reader.why})`)
      continue
    }
    scanned++
    if (isBinary(bytes)) {
      findings.push(...engine.scanBytes(bytes, { file }))
      continue
    }
    parts.push({ place: { file }, start: end, end: end + bytes.length })
    end = reader.breakAt(end + bytes.length)
    if (end >= BATCH_BYTES) flush()
  }
  flush()
  return { findings, scanned, cutShort: engine.takeCutShort(), unread }
}
