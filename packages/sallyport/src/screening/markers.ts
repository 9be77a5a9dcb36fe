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

interface Entry { readonly literal: string; readonly rule: MarkerRule }

/** By the first three characters, as one number. */
const BY_START = new Map<number, Entry[]>()
for (const rule of MARKERS) {
  for (const literal of rule.literals) {
    const start = (literal.charCodeAt(0) << 16) | (literal.charCodeAt(1) << 8) | literal.charCodeAt(2)
    BY_START.set(start, [...(BY_START.get(start) ?? []), { literal, rule }])
  }
}
const FIRST = new Uint8Array(128)
for (const start of BY_START.keys()) FIRST[start >> 16] = 1

/** Looks for markers. Calls `found` for each; `quoted` when it stands in back-ticks or quotation marks by itself. */
export function findMarkers(text: string, found: (rule: MarkerRule, quoted: boolean) => void): void {
  for (let i = 0; i < text.length - 3; i++) {
    const code = text.charCodeAt(i)
    if (code > 127 || FIRST[code] === 0) continue
    const entries = BY_START.get((code << 16) | (lower(text.charCodeAt(i + 1)) << 8) | lower(text.charCodeAt(i + 2)))
    if (entries === undefined) continue
    for (const { literal, rule } of entries) {
      if (isHere(text, i, literal)) found(rule, isQuoted(text, i, i + literal.length))
    }
  }
}

function lower(code: number): number {
  return code >= 0x41 && code <= 0x5a ? code | 32 : code
}

function isHere(text: string, at: number, literal: string): boolean {
  for (let k = 3; k < literal.length; k++) if (lower(text.charCodeAt(at + k)) !== literal.charCodeAt(k)) return false
  return true
}

function isQuoted(text: string, start: number, end: number): boolean {
  const before = text[start - 1]
  const after = text[end]
  return before !== undefined && before === after && '`"\''.includes(before)
}

// A line that begins a turn, as transcripts and completion prompts write them.
const ROLE_LINE = /(?:^|\n)[ \t]*(?:system|assistant|human|ai|user|developer)[ \t]*:/gi
const SYSTEM_LINE = /(?:^|\n)[ \t]*(?:system|developer)(?: (?:message|prompt|note|override|instructions?))?[ \t]*:[ \t]*(?:you (?:are|must|will)|ignore|new|override|disregard)/i

/** Lines that pretend to be another speaker's. */
export function findRoleLines(text: string): { readonly turns: number; readonly system: boolean } {
  let turns = 0
  for (const _ of text.matchAll(ROLE_LINE)) turns++
  return { turns, system: turns > 0 && SYSTEM_LINE.test(text) }
}

// END OF PROMPT and its kin inside a rule of dashes, stars or hashes.
const RULED_END = /(?<![-*=#_~])[-*=#_~]{3,}[ \t]{0,4}(?:end|begin|start)(?: of)?(?: the)? (?:system|user|prompt|context|document|instructions?|input|untrusted|data|conversation|new instructions)[a-z ]{0,24}[-*=#_~]{3,}/i

/** A spoofed frame: `-----END OF CONTEXT-----`. */
export function hasRuledEnd(text: string): boolean {
  return RULED_END.test(text)
}
