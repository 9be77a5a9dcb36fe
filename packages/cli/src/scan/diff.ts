import { StringDecoder } from 'node:string_decoder'
import type { Commit } from './finding.ts'

/** The lines that one commit, or what is staged, added to one file. */
export interface Added {
  readonly file: string
  readonly commit: Commit | undefined
  readonly text: string
  /** The line number in the file of a line of `text`, both counted as they are named: from 0 in the text, from 1 in the file. */
  readonly lineOf: (line: number) => number
}

/** What `git log` is asked to print before each commit's patch: a line that no patch can have. */
export const COMMIT_FORMAT = '%x00%H%x00%an%x00%ae%x00%aI%x00%s'

/**
 * Reads a patch with no context (`-U0`) as it comes. Hunk headers say how many lines follow, so a line that is added and
 * looks like a header is no header.
 */
export async function* readAdded(chunks: AsyncIterable<Buffer>): AsyncGenerator<Added> {
  const parser = new PatchParser()
  const decoder = new StringDecoder('utf8')
  for await (const chunk of chunks) yield* parser.push(decoder.write(chunk))
  yield* parser.push(decoder.end())
  yield* parser.end()
}

class PatchParser {
  #rest = ''
  #commit: Commit | undefined
  #file: string | undefined
  #text: string[] = []
  #runs: Run[] = []
  #taken = 0
  #removed = 0
  #added = 0
  #line = 0

  /** Gives what was gathered when another file or commit begins. */
  #take(line: string): Added | undefined {
    const first = line.charCodeAt(0)
    if (this.#added > 0 && first === 0x2b) {
      this.#gather(line.slice(1), 1)
      return undefined
    }
    if (this.#removed > 0 && first === 0x2d) {
      this.#removed--
      return undefined
    }
    if (first === 0x40 && line.startsWith('@@ ')) {
      const hunk = /^@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(line)
      if (hunk !== null) {
        this.#removed = Number(hunk[1] ?? 1)
        this.#line = Number(hunk[2])
        this.#added = Number(hunk[3] ?? 1)
      }
      return undefined
    }
    if (first === 0) {
      const done = this.#flush()
      const [, id = '', author = '', email = '', date = '', message = ''] = line.split('\0')
      this.#commit = { id, author, email, date, message }
      this.#file = undefined
      return done
    }
    if (line.startsWith('diff --git ')) {
      const done = this.#flush()
      this.#file = undefined
      return done
    }
    if (line.startsWith('+++ ')) this.#file = nameOf(line.slice(4))
    return undefined
  }

  /** Lines of the file that follow each other, without their signs. */
  #gather(text: string, count: number): void {
    this.#text.push(text)
    this.#runs.push({ first: this.#taken, line: this.#line })
    this.#taken += count
    this.#line += count
    this.#added -= count
  }

  #flush(): Added | undefined {
    const file = this.#file
    const text = this.#text
    const runs = this.#runs
    this.#added = this.#removed = this.#taken = 0
    this.#text = []
    this.#runs = []
    if (file === undefined || text.length === 0) return undefined
    return { file, commit: this.#commit, text: text.join('\n'), lineOf: (line) => lineIn(runs, line) }
  }

  /** Lines that are added or removed come in blocks of a known length: they are not looked at one by one. */
  *push(chunk: string): Generator<Added> {
    const text = this.#rest + chunk
    let from = 0
    for (;;) {
      const first = text.charCodeAt(from)
      const left = first === 0x2b ? this.#added : first === 0x2d ? this.#removed : 0
      if (left > 0) {
        const { end, count } = linesFrom(text, from, left)
        if (count === 0) break
        if (first === 0x2b) this.#gather(text.slice(from + 1, end - 1).replaceAll('\n+', '\n'), count)
        else this.#removed -= count
        from = end
        continue
      }
      const at = text.indexOf('\n', from)
      if (at < 0) break
      const done = this.#take(text.slice(from, at))
      from = at + 1
      if (done !== undefined) yield done
    }
    this.#rest = text.slice(from)
  }

  *end(): Generator<Added> {
    if (this.#rest !== '') {
      const done = this.#take(this.#rest)
      if (done !== undefined) yield done
    }
    const last = this.#flush()
    if (last !== undefined) yield last
  }
}

/** Lines that follow each other in the file, from `line` on; the first of them is line `first` of the text. */
interface Run {
  readonly first: number
  readonly line: number
}

function lineIn(runs: readonly Run[], line: number): number {
  const run = runs.findLast(({ first }) => first <= line)
  return run === undefined ? 1 : run.line + line - run.first
}

/** The end of at most `most` whole lines. */
function linesFrom(text: string, from: number, most: number): { readonly end: number; readonly count: number } {
  let end = from
  let count = 0
  for (; count < most; count++) {
    const at = text.indexOf('\n', end)
    if (at < 0) break
    end = at + 1
  }
  return { end, count }
}

function nameOf(field: string): string | undefined {
  const name = field.startsWith('"') ? unquote(field) : field.replace(/\t$/, '')
  return name === '/dev/null' ? undefined : name.replace(/^b\//, '')
}

/** git quotes names with line breaks, quotes or backslashes as C does. */
function unquote(field: string): string {
  return field.slice(1, field.lastIndexOf('"')).replace(/\\([abfnrtv"\\]|[0-7]{3})/g, (_, escape: string) => {
    const known: Record<string, string> = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' }
    return known[escape] ?? (/^\d/.test(escape) ? String.fromCharCode(Number.parseInt(escape, 8)) : escape)
  })
}
