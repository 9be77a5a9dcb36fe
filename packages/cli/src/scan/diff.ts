import { StringDecoder } from 'node:string_decoder'
import type { Commit } from './finding.ts'

/** The lines that one commit, or what is staged, added to one file. */
export interface Added {
  readonly file: string
  readonly commit: Commit | undefined
  readonly text: string
  /** The line number in the file of each line of `text`. */
  readonly lines: readonly number[]
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
  #lines: number[] = []
  #removed = 0
  #added = 0
  #line = 0

  /** Gives what was gathered when another file or commit begins. */
  #take(line: string): Added | undefined {
    const first = line.charCodeAt(0)
    if (this.#added > 0 && first === 0x2b) {
      this.#added--
      this.#text.push(line.slice(1))
      this.#lines.push(this.#line++)
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

  #flush(): Added | undefined {
    const file = this.#file
    this.#added = this.#removed = 0
    if (file === undefined || this.#text.length === 0) {
      this.#text = []
      this.#lines = []
      return undefined
    }
    const added: Added = { file, commit: this.#commit, text: this.#text.join('\n'), lines: this.#lines }
    this.#text = []
    this.#lines = []
    return added
  }

  *push(chunk: string): Generator<Added> {
    const text = this.#rest + chunk
    let from = 0
    for (let at = text.indexOf('\n', 0); at >= 0; at = text.indexOf('\n', from)) {
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
