/** Units that may be read behind the last one; they are spaces. */
const BEHIND = 8
/** A buffer beyond this is not kept for the next text. */
const KEPT = 1 << 16

/** A folded text in UTF-16 units, in a buffer that serves one text after another: screening is synchronous and does not call out. */
export class Units {
  data: Uint16Array = new Uint16Array(1024)
  size = 0

  /** Makes room for `length` units, and keeps the first `kept` of those that are there. */
  reserve(length: number, kept = 0): Uint16Array {
    const needed = length + BEHIND
    if (needed > this.data.length || (this.data.length > KEPT && needed <= KEPT && kept === 0)) {
      const data = new Uint16Array(needed > KEPT ? needed : Math.min(KEPT, 2 * needed))
      data.set(this.data.subarray(0, kept))
      this.data = data
    }
    return this.data
  }

  /** Says how many units there are. */
  end(size: number): void {
    this.size = size
    const { data } = this
    for (let i = size; i < size + BEHIND; i++) data[i] = 0x20
  }
}
