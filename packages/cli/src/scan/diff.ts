import type { Commit } from './finding.ts'

/** The lines that one commit, or what is staged, added to one file. */
export interface Added {
  readonly file: string
  readonly commit: Commit | undefined
  /** Where their bytes are in what the reader has gathered, without the last line break. */
  readonly start: number
  readonly end: number
  /** The line number in the file of a line of them, both counted as they are named: from 0 in what was added, from 1 in the file. */
  readonly lineOf: (line: number) => number
}

/** What `git log` is asked to print before each commit's patch: a line that no patch can have. */
export const COMMIT_FORMAT = '%x00%H%x00%an%x00%ae%x00%aI%x00%s'

const LINE_BREAK = 0x0a
const PLUS = 0x2b
const MINUS = 0x2d
const AT = 0x40
const NOTHING: Buffer = Buffer.alloc(0)
const SPACE = 0x20
const HUNK = /^@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/
/** Of a merge: a sign for each parent. */
const COMBINED_HUNK = /^(@@@+)(?: -\d+(?:,\d+)?)+ \+(\d+)(?:,(\d+))? @@@/

/**
 * Reads a patch with no context (`-U0`) as it comes, and gathers the lines that were added, without their signs, as bytes: nearly
 * all of them are clean, and never decoded. Hunk headers say how many lines follow, so a line that is added and looks like a
 * header is no header.
 */
export class PatchReader {
  #gathered = Buffer.allocUnsafe(512 * 1024)
  #end = 0
  /** Where the file begins that is being read. */
  #start = 0
  #file: string | undefined
  #commit: Commit | undefined
  #runs: Run[] = []
  /** The beginning of a header whose end has not come. */
  #header = NOTHING
  /** The sign of the line of a hunk whose end has not come. */
  #inside = 0
  /** Lines that the hunk has left, and lines of the file that were gathered. */
  #removed = 0
  #added = 0
  #taken = 0
  /** Signs of each line of a merge's hunk, and lines of the result that it has left. */
  #parents = 0
  #merged = 0
  #line = 0

  /** What was gathered, up to a place. */
  upTo(end: number): Buffer {
    return this.#gathered.subarray(0, end)
  }

  /** Takes a piece of the patch and gives what is complete. */
  push(chunk: Buffer): readonly Added[] {
    const complete: Added[] = []
    for (let at = 0; at < chunk.length; ) {
      const sign = this.#inside === 0 && this.#header.length === 0 ? chunk[at] : this.#inside
      if (sign === PLUS && this.#added > 0) at = this.#gather(chunk, this.#inside === 0 ? at + 1 : at)
      else if (sign === MINUS && this.#removed > 0) at = this.#skip(chunk, at)
      else {
        const end = chunk.indexOf(LINE_BREAK, at)
        const line = chunk.subarray(at, end < 0 ? chunk.length : end)
        const header = this.#header.length === 0 ? line : Buffer.concat([this.#header, line])
        // A copy: the next piece may come in the same memory.
        this.#header = end < 0 ? Buffer.from(header) : NOTHING
        if (end < 0) break
        at = end + 1
        const added = this.#take(header)
        if (added !== undefined) complete.push(added)
      }
    }
    return complete
  }

  /** No more comes. */
  end(): readonly Added[] {
    const last = this.#flush()
    return last === undefined ? [] : [last]
  }

  /** Forgets what is complete. What is gathered of the next file moves to the beginning. */
  forget(): void {
    this.#gathered.copy(this.#gathered, 0, this.#start, this.#end)
    this.#end -= this.#start
    this.#start = 0
  }

  /** Takes lines that were added, from behind a sign to the end of the piece or of their block. */
  #gather(chunk: Buffer, at: number): number {
    const { length } = chunk
    this.#grow(length)
    const to = this.#gathered
    let from = at
    let end = this.#end
    let left = this.#added
    this.#inside = PLUS
    while (from < length) {
      const byte = chunk[from] as number
      from += 1
      to[end] = byte
      end += 1
      if (byte !== LINE_BREAK) continue
      left -= 1
      if (left === 0 || chunk[from] !== PLUS) {
        this.#inside = 0
        break
      }
      from += 1
    }
    this.#end = end
    this.#taken += this.#added - left
    this.#added = left
    return from
  }

  #skip(chunk: Buffer, at: number): number {
    const end = chunk.indexOf(LINE_BREAK, at)
    this.#inside = end < 0 ? MINUS : 0
    if (end < 0) return chunk.length
    this.#removed -= 1
    return end + 1
  }

  #grow(size: number): void {
    if (this.#end + size <= this.#gathered.length) return
    const larger = Buffer.allocUnsafe((this.#end + size) * 2)
    this.#gathered.copy(larger, 0, 0, this.#end)
    this.#gathered = larger
  }

  /** Begins a hunk. */
  #hunk(header: string): void {
    const hunk = HUNK.exec(header)
    if (hunk !== null) {
      this.#removed = Number(hunk[1] ?? 1)
      this.#added = Number(hunk[3] ?? 1)
      this.#runs.push({ first: this.#taken, line: Number(hunk[2]) })
      return
    }
    const [, signs = '', line, count = 1] = COMBINED_HUNK.exec(header) ?? []
    if (line === undefined) return
    this.#parents = signs.length - 1
    this.#line = Number(line)
    this.#merged = Number(count)
  }

  /** Takes a line of a merge's hunk: what no parent has was added by the merge itself. */
  #merge(line: Buffer): void {
    const signs = line.subarray(0, this.#parents)
    if (signs.includes(MINUS) || line[0] === BACKSLASH) return
    if (!signs.includes(SPACE)) {
      this.#grow(line.length + 1)
      this.#end += line.copy(this.#gathered, this.#end, this.#parents)
      this.#gathered[this.#end++] = LINE_BREAK
      this.#runs.push({ first: this.#taken++, line: this.#line })
    }
    this.#line += 1
    this.#merged -= 1
  }

  /** Reads what is no line of a hunk, or one of a merge. Gives what was gathered where another file or commit begins. */
  #take(header: Buffer): Added | undefined {
    if (this.#merged > 0) {
      this.#merge(header)
      return undefined
    }
    switch (header[0]) {
      case AT:
        this.#hunk(header.toString('latin1'))
        return undefined
      case PLUS: {
        const text = header.toString('utf8')
        if (text.startsWith(NAME)) this.#file = nameOf(text.slice(NAME.length))
        return undefined
      }
      case 0: {
        const done = this.#flush()
        const [, id = '', author = '', email = '', date = '', message = ''] = header.toString('utf8').split('\0')
        this.#commit = { id, author, email, date, message }
        return done
      }
      default:
        return header.toString('latin1', 0, DIFF.length) === DIFF ? this.#flush() : undefined
    }
  }

  #flush(): Added | undefined {
    const file = this.#file
    const runs = this.#runs
    const start = this.#start
    const end = this.#end
    this.#added = this.#removed = this.#merged = this.#taken = this.#inside = 0
    this.#runs = []
    this.#file = undefined
    this.#start = end
    if (file === undefined || start === end) return undefined
    return { file, commit: this.#commit, start, end: end - 1, lineOf: (line) => lineIn(runs, line) }
  }
}

// `diff --git`, and `diff --cc` of a merge.
const DIFF = 'diff --'
const NAME = '+++ '
const BACKSLASH = 0x5c

/** Lines that follow each other in the file, from `line` on; the first of them is line `first` of what was added. */
interface Run {
  readonly first: number
  readonly line: number
}

function lineIn(runs: readonly Run[], line: number): number {
  const run = runs.findLast(({ first }) => first <= line)
  return run === undefined ? 1 : run.line + line - run.first
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
