import { parseSync, rawTransferSupported, type ParserOptions } from 'oxc-parser'
import { readModule, type Module } from './module.ts'

/** What became of a file: a module (with errors where the parser recovered), or nothing. */
export interface Parsed {
  readonly module?: Module
  /** One line each, with the line number in front. */
  readonly errors: readonly string[]
}

// The parser's shared buffer spares copying the tree through JSON: four times as fast, on runtimes that have it.
const options: ParserOptions & { experimentalRawTransfer: boolean } = { preserveParens: false, experimentalRawTransfer: rawTransferSupported() }

const languages: { readonly [extension: string]: ParserOptions['lang'] } = {
  ts: 'ts', mts: 'ts', cts: 'ts', tsx: 'tsx', js: 'jsx', mjs: 'jsx', cjs: 'jsx', jsx: 'jsx',
}

const starts = new Map<string, readonly number[]>()

/** Line number (from 1) of an offset. */
export function lineAt(text: string, offset: number): number {
  let lines = starts.get(text)
  if (lines === undefined) {
    // One text is asked about many times in a row; not all texts need to be kept.
    if (starts.size > 64) starts.clear()
    starts.set(text, (lines = linesOf(text)))
  }
  return lineOf(lines, offset)
}

const startsOf = new WeakMap<Module, readonly number[]>()

/** Line number (from 1) of an offset in a module. */
export function lineIn(module: Module, offset: number): number {
  let lines = startsOf.get(module)
  if (lines === undefined) startsOf.set(module, (lines = linesOf(module.text)))
  return lineOf(lines, offset)
}

/** Offsets at which lines begin. */
function linesOf(text: string): number[] {
  const lines = [0]
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines.push(at + 1)
  return lines
}

function lineOf(lines: readonly number[], offset: number): number {
  let low = 0
  let high = lines.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((lines[middle] ?? 0) <= offset) low = middle
    else high = middle - 1
  }
  return low + 1
}

/** Column number (from 1) of an offset. */
export function columnAt(text: string, offset: number): number {
  return offset - text.lastIndexOf('\n', offset - 1)
}

/** Parses one file. Never throws: what the parser can't take becomes an error line. */
export function parseModule(path: string, text: string): Parsed {
  const lang = languages[path.slice(path.lastIndexOf('.') + 1)]
  try {
    const result = parseSync(path, text, { ...options, ...(lang === undefined ? {} : { lang }) })
    const errors = result.errors
      .filter((error) => error.severity === 'Error')
      .map((error) => `line ${lineAt(text, error.labels[0]?.start ?? 0)}: ${error.message}`)
    if (result.program.body.length === 0 && errors.length > 0) return { errors }
    return { module: readModule(path, text, result.program), errors }
  } catch (error) {
    return { errors: [error instanceof Error ? error.message : String(error)] }
  }
}
