import type { ScreeningPart } from './phrases.ts'
import type { Units } from './units.ts'

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

interface Entry { readonly start: number; readonly literal: string; readonly rule: number }

/** By a hash of the first four characters: nearly every place is turned away by one look. */
const BUCKETS: (Entry[] | undefined)[] = Array.from({ length: 4096 }, () => undefined)
MARKERS.forEach(({ literals }, rule) => {
  for (const literal of literals) {
    const start = startOf(literal.charCodeAt(0), literal.charCodeAt(1), literal.charCodeAt(2), literal.charCodeAt(3))
    ;(BUCKETS[hashOf(start)] ??= []).push({ start, literal, rule })
  }
})
const FIRST = new Uint8Array(128)
for (const { literals } of MARKERS) for (const literal of literals) FIRST[literal.charCodeAt(0)] = 1
const SEEN = 1
const SEEN_QUOTED = 2
const seen = new Uint8Array(MARKERS.length)

/** Four characters of ASCII as one number; no literal has others so near its start. */
function startOf(a: number, b: number, c: number, d: number): number {
  return (a << 21) | (b << 14) | (c << 7) | d
}

function hashOf(start: number): number {
  return Math.imul(start, 0x9e3779b1) >>> 20
}

/** Whether a marker may begin at one of the characters that markers begin with. */
export function mayBeginMarker(data: Uint16Array, at: number): boolean {
  const code = data[at] as number
  const b = lower(data[at + 1] as number)
  const c = lower(data[at + 2] as number)
  const d = lower(data[at + 3] as number)
  return (b | c | d) < 0x80 && BUCKETS[hashOf(startOf(code, b, c, d))] !== undefined
}

/** Looks for markers. Calls `found` once for each rule that has one; `quoted` when all of them stand in quotation marks by themselves. */
export function findMarkers({ data, size }: Units, found: (rule: MarkerRule, quoted: boolean) => void): void {
  seen.fill(0)
  for (let i = 0; i < size - 3; i++) {
    const code = data[i] as number
    if (code > 127 || FIRST[code] === 0) continue
    const b = lower(data[i + 1] as number)
    const c = lower(data[i + 2] as number)
    const d = lower(data[i + 3] as number)
    if ((b | c | d) > 127) continue
    // No marker begins with five of one character.
    if (b === code && c === code && d === code && data[i + 4] === code) continue
    const start = startOf(code, b, c, d)
    const bucket = BUCKETS[hashOf(start)]
    if (bucket === undefined) continue
    for (const { start: wanted, literal, rule } of bucket) {
      if (wanted !== start || seen[rule] === SEEN || !isHere(data, i, literal)) continue
      seen[rule] = isQuoted(data, i, i + literal.length) ? SEEN_QUOTED : SEEN
    }
  }
  for (let rule = 0; rule < seen.length; rule++) if (seen[rule] !== 0) found(MARKERS[rule] as MarkerRule, seen[rule] === SEEN_QUOTED)
}

/** A unit in lower case, if it is a capital of ASCII. */
export function lower(code: number): number {
  return code >= 0x41 && code <= 0x5a ? code | 32 : code
}

function isHere(data: Uint16Array, at: number, literal: string): boolean {
  for (let k = 4; k < literal.length; k++) if (lower(data[at + k] as number) !== literal.charCodeAt(k)) return false
  return true
}

function isQuoted(data: Uint16Array, start: number, end: number): boolean {
  const before = start > 0 ? (data[start - 1] as number) : 0
  return before === data[end] && (before === 0x60 || before === 0x22 || before === 0x27)
}

// END OF PROMPT and its kin behind a rule of dashes, stars or hashes, and before another.
const RULED_END = /[ \t]{0,4}(?:end|begin|start)(?: of)?(?: the)? (?:system|user|prompt|context|document|instructions?|input|untrusted|data|conversation|new instructions)[a-z ]{0,24}[-*=#_~]{3}/iy
const RULER = new Uint8Array(128)
for (const char of '-*=#_~') RULER[char.charCodeAt(0)] = 1
const MIN_RULER = 3

/** A spoofed frame: `-----END OF CONTEXT-----`. Looks once behind each rule, however long it is. */
export function hasRuledEnd(source: Units): boolean {
  const { data, size } = source
  let run = 0
  for (let i = 0; i < size; i++) {
    const code = data[i] as number
    if (code < 0x80 && RULER[code] === 1) {
      run++
      continue
    }
    if (run >= MIN_RULER && mayEnd(data, i)) {
      RULED_END.lastIndex = i
      if (RULED_END.test(source.text())) return true
    }
    run = 0
  }
  return false
}

/** Whether `end`, `begin` or `start` may come, behind blanks. */
function mayEnd(data: Uint16Array, at: number): boolean {
  while (data[at] === 0x20 || data[at] === 0x09) at++
  const code = lower(data[at] as number)
  return code === 0x65 || code === 0x62 || code === 0x73
}
