import { Literals, type Literal } from './literals.ts'
import type { ScreeningPart } from './phrases.ts'

/** A fixed string that has a meaning to a model or to a prompt's frame, and that no ordinary text has to contain. */
export interface MarkerRule {
  readonly name: string
  readonly part: ScreeningPart
  readonly weight: number
  /** Lower case. Matched in any case; begins with `<`, `[`, `#`, `|` or `=`. */
  readonly literals: readonly string[]
}

/** Chat templates and role markers of the common models, and the ends of frames that prompts are built with. */
export const MARKERS: readonly MarkerRule[] = [
  {
    name: 'chatml', part: 'marker', weight: 1,
    literals: ['<|im_start|>system', '<|im_start|>user', '<|im_start|>assistant', '<|im_start|>tool', '<|im_start|>developer'],
  },
  { name: 'chatml-token', part: 'marker', weight: 0.7, literals: ['<|im_start|>', '<|im_end|>', '<|im_sep|>', '<|endoftext|>', '<|endofprompt|>'] },
  { name: 'llama', part: 'marker', weight: 1, literals: ['<|start_header_id|>', '<|eot_id|>', '<|begin_of_text|>', '<|python_tag|>', '<<sys>>', '<</sys>>'] },
  { name: 'llama-instruction', part: 'marker', weight: 1, literals: ['[inst]', '[/inst]', '[system_prompt]', '[/system_prompt]', '[tool_calls]', '[available_tools]'] },
  { name: 'gemma', part: 'marker', weight: 1, literals: ['<start_of_turn>', '<end_of_turn>'] },
  { name: 'role-token', part: 'marker', weight: 1, literals: ['<|system|>', '<|user|>', '<|assistant|>', '<|developer|>', '<|tool|>', '<|end|>', '<|message|>', '<|channel|>', '<|start|>', '<|return|>', '<|call|>'] },
  { name: 'full-width-token', part: 'marker', weight: 1, literals: ['<|begin▁of▁sentence|>', '<|end▁of▁sentence|>', '<|tool▁calls▁begin|>', '<|start_of_role|>', '<|turn|>', '<|end_of_turn|>', '<|start_of_turn|>', '<|chatbot_token|>', '<|system_token|>', '<|user_token|>'] },
  { name: 'tool-call', part: 'marker', weight: 0.6, literals: ['<tool_call>', '<function_calls>', '<tool_response>', '<function_results>'] },
  { name: 'section-heading', part: 'boundary', weight: 0.6, literals: ['### system:', '### system prompt', '### instruction:', '### new instructions', '### end of', '## new system', '# system override'] },
  { name: 'frame-tag', part: 'boundary', weight: 0.7, literals: ['</user_input>', '</user_query>', '</untrusted', '</document>', '</context>', '</system>', '</system_prompt>', '</instructions>', '</userinput>', '</prompt>', '<system_prompt>', '<system>', '<system_override>', '<admin_override>', '<new_instructions>', '<important_instructions>'] },
  { name: 'bracketed-system', part: 'boundary', weight: 0.8, literals: ['[system]', '[/system]', '[system message]', '[system override]', '[system:', '[system prompt]', '[admin override]', '[end of context]', '[end of document]', '[end of prompt]', '[end of user', '[begin system', '[new instructions', '[[system'] },
  { name: 'ruled-system', part: 'boundary', weight: 0.8, literals: ['=== end of', '==== end of', '=== system', '=== new instructions', '== end of prompt', '===end', '=== begin system'] },
]

const LITERALS = new Literals(MARKERS.flatMap(({ literals }, rule) => literals.map((literal): Literal => [literal, rule])), true)

/** A bit for each hash of the four characters that a marker begins with: nearly every place is turned away by one look. */
const STARTS = new Uint8Array(4096)
for (const { literals } of MARKERS) {
  for (const literal of literals) STARTS[hashOf(literal.charCodeAt(0), literal.charCodeAt(1), literal.charCodeAt(2), literal.charCodeAt(3))] = 1
}

/** Of four characters of ASCII; no literal has others so near its start. */
function hashOf(a: number, b: number, c: number, d: number): number {
  return Math.imul((a << 21) | (b << 14) | (c << 7) | d, 0x9e3779b1) >>> 20
}

/** Whether a marker may begin at one of the characters that markers begin with. */
export function mayBeginMarker(data: Uint16Array, at: number): boolean {
  const code = data[at] as number
  const b = lower(data[at + 1] as number)
  const c = lower(data[at + 2] as number)
  const d = lower(data[at + 3] as number)
  // No marker begins with five of one character.
  return (b | c | d) < 0x80 && STARTS[hashOf(code, b, c, d)] !== 0 && !(b === code && c === code && d === code && data[at + 4] === code)
}

const SEEN = 1
const SEEN_QUOTED = 2

/** The markers of one text after another. */
export class SeenMarkers {
  readonly #seen: Uint8Array = new Uint8Array(MARKERS.length)
  #data: Uint16Array = new Uint16Array(0)
  #found = false
  readonly #note = (rule: number, start: number, end: number): boolean => {
    this.#found = true
    if (this.#seen[rule] !== SEEN) this.#seen[rule] = isQuoted(this.#data, start, end) ? SEEN_QUOTED : SEEN
    return true
  }

  /** Forgets them. */
  clear(): void {
    this.#seen.fill(0)
  }

  /** Notes which markers stand at a place. False when none does. */
  look(data: Uint16Array, at: number, size: number): boolean {
    this.#data = data
    this.#found = false
    LITERALS.each(data, at, size, this.#note)
    return this.#found
  }

  /** Calls `found` once for each rule of which there was a marker; `quoted` when all of them stood in quotation marks by themselves. */
  each(found: (rule: MarkerRule, quoted: boolean) => void): void {
    for (let rule = 0; rule < this.#seen.length; rule++) if (this.#seen[rule] !== 0) found(MARKERS[rule] as MarkerRule, this.#seen[rule] === SEEN_QUOTED)
  }
}

/** A unit in lower case, if it is a capital of ASCII. */
export function lower(code: number): number {
  return code >= 0x41 && code <= 0x5a ? code | 32 : code
}

function isQuoted(data: Uint16Array, start: number, end: number): boolean {
  const before = start > 0 ? (data[start - 1] as number) : 0
  return before === data[end] && (before === 0x60 || before === 0x22 || before === 0x27)
}
