import { unitWriter, type UnitWriter } from './unit-writer.ts'

/** Units that may be read behind the last one; they are spaces. */
const BEHIND = 8
/** A buffer beyond this is not kept for the next text. */
const KEPT = 1 << 16

/** A folded text in UTF-16 units, in a buffer that serves one text after another: screening is synchronous and does not call out. */
export class Units {
  data: Uint16Array<ArrayBuffer> = new Uint16Array(1024)
  size = 0
  /** The same buffer, two units at a time. */
  #pairs: Uint32Array = new Uint32Array(this.data.buffer)
  #write: UnitWriter = unitWriter(this.data)

  /** Makes room for `length` units, and keeps the first `kept` of those that are there. */
  reserve(length: number, kept = 0): Uint16Array {
    const needed = length + BEHIND
    if (needed > this.data.length || (this.data.length > KEPT && needed <= KEPT && kept === 0)) {
      const data = new Uint16Array(2 * Math.ceil((needed > KEPT ? needed : Math.min(KEPT, 2 * needed)) / 2))
      data.set(this.data.subarray(0, kept))
      this.data = data
      this.#pairs = new Uint32Array(data.buffer)
      this.#write = unitWriter(data)
    }
    return this.data
  }

  /** Takes a text as it stands. Returns how much of it, at least, comes before the first character beyond ASCII: all of it where there is none. */
  take(text: string): number {
    const { length } = text
    this.reserve(length)
    this.#write(text)
    this.end(length)
    const pairs = this.#pairs
    const end = (length + 1) >> 1
    let i = 0
    while (i < end && ((pairs[i] as number) & 0xff80ff80) === 0) i++
    return i === end ? length : 2 * i
  }

  /** Says how many units there are. */
  end(size: number): void {
    this.size = size
    const { data } = this
    for (let i = size; i < size + BEHIND; i++) data[i] = 0x20
  }
}
