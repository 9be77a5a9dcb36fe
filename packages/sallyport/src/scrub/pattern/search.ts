import { parsePattern } from './parse.ts'
import { accepts, ASSERT, CHAR, compileProgram, holds, JUMP, MATCH, type Program, SAVE, SPLIT } from './program.ts'

/** Tells whether a pattern occurs anywhere in a text, in time linear in the text. For allow-lists. */
export class Searcher {
  readonly #program: Program
  readonly #empty: boolean
  #now: Int32Array
  #next: Int32Array
  #size = 0
  /** For each instruction, the last step that came by it. Steps are counted for as long as the process lives: 32 bits would not do. */
  readonly #seen: Float64Array
  #stamp: number

  /**
   * @param steps how many characters it has read already
   * @throws PatternError
   */
  constructor(pattern: string, steps = 0) {
    const parsed = parsePattern(pattern)
    this.#program = compileProgram(parsed.node, [])
    this.#empty = parsed.node.type === 'empty'
    this.#now = new Int32Array(this.#program.length)
    this.#next = new Int32Array(this.#program.length)
    this.#seen = new Float64Array(this.#program.length)
    this.#stamp = steps
  }

  test(text: string): boolean {
    if (this.#empty) return true
    let size = 0
    let before = -1
    for (let i = 0; i <= text.length; i += 1) {
      const code = i < text.length ? text.charCodeAt(i) : -1
      this.#stamp += 1
      const program = this.#program
      this.#size = 0
      for (let t = 0; t < size; t += 1) if (this.#follow(this.#now[t]!, before, code)) return true
      if (this.#follow(0, before, code)) return true
      const held = this.#next
      let kept = 0
      for (let t = 0; t < this.#size; t += 1) {
        if (code !== -1 && accepts(program, program.x[held[t]!]!, code)) held[kept++] = held[t]! + 1
      }
      this.#next = this.#now
      this.#now = held
      size = kept
      before = code
    }
    return false
  }

  /** Collects the character instructions that can be reached from here; true at a match. */
  #follow(pc: number, before: number, after: number): boolean {
    const stack = [pc]
    const { op, x, y } = this.#program
    while (stack.length > 0) {
      const at = stack.pop()!
      if (this.#seen[at] === this.#stamp) continue
      this.#seen[at] = this.#stamp
      switch (op[at]) {
        case CHAR:
          this.#next[this.#size++] = at
          break
        case SPLIT:
          stack.push(y[at]!, x[at]!)
          break
        case JUMP:
          stack.push(x[at]!)
          break
        case SAVE:
          stack.push(at + 1)
          break
        case ASSERT:
          if (holds(x[at]!, before, after)) stack.push(at + 1)
          break
        case MATCH:
          return true
      }
    }
    return false
  }
}
