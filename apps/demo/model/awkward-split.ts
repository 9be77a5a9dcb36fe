/**
 * Cuts a text into the pieces that a model might stream: one to five characters, never where a person would cut.
 * The lengths repeat from the same start, so that a conversation streams the same way twice.
 */
export function awkwardSplit(text: string): string[] {
  const pieces: string[] = []
  let state = 0x2f6e2b1
  for (let at = 0; at < text.length; ) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    let end = Math.min(text.length, at + 1 + ((state >>> 16) % 5))
    // A real server sends whole code points: a lone surrogate has no UTF-8 form.
    if (end < text.length && /[\uD800-\uDBFF]/.test(text.charAt(end - 1))) end += 1
    pieces.push(text.slice(at, end))
    at = end
  }
  return pieces
}
