import type { ScreeningLanguage } from './languages/index.ts'

/** The kind of attack that a rule belongs to. Of several rules of one part only the heaviest counts towards the score. */
export type ScreeningPart =
  | 'override' | 'new-task' | 'leak' | 'role' | 'unrestricted' | 'indirect' | 'payload' | 'code'
  | 'marker' | 'boundary' | 'hidden' | 'encoded' | 'exfiltration' | 'overload' | 'own'

/**
 * A phrase: word classes in order. `class` needs a word of that class at most two words after the one before;
 * `~4 class` at most four; `a|b` either; `class?` may be missing. The end of a sentence counts as three words.
 * Words of the class `not` or `subject` just before the first word ("don't ignore", "I ignore") take the phrase away.
 */
export interface PhraseRule {
  readonly name: string
  readonly part: ScreeningPart
  readonly weight: number
  readonly phrase: string
  /** Only with words of these languages. Default: all. */
  readonly languages?: readonly ScreeningLanguage[]
}

/** The phrases that are looked for. A weight of 1 is enough by itself at the default threshold. */
export const PHRASES: readonly PhraseRule[] = [
  // Setting aside what the model was told.
  { name: 'prior-instructions', part: 'override', weight: 1, phrase: 'override ~3 prior ~2 order' },
  { name: 'instructions-above', part: 'override', weight: 1, phrase: 'override ~3 order|duty ~3 prior' },
  { name: 'all-instructions', part: 'override', weight: 1, phrase: 'override ~1 all ~2 order' },
  { name: 'your-instructions', part: 'override', weight: 1, phrase: 'override ~1 your ~2 order' },
  { name: 'all-your-duties', part: 'override', weight: 1, phrase: 'override ~1 all ~2 your ~1 order|duty' },
  { name: 'prior-duties', part: 'override', weight: 1, phrase: 'override ~2 all ~2 prior ~1 duty' },
  { name: 'some-prior-duties', part: 'override', weight: 0.7, phrase: 'override ~2 prior ~1 duty' },
  { name: 'all-duties', part: 'override', weight: 0.6, phrase: 'override ~1 all ~2 duty' },
  { name: 'your-duties', part: 'override', weight: 0.7, phrase: 'override ~1 your ~2 duty' },
  { name: 'what-was-said', part: 'override', weight: 0.6, phrase: 'override ~2 prior ~2 talk' },
  { name: 'all-that-was-said', part: 'override', weight: 1, phrase: 'override ~1 all|everything ~2 prior ~1 talk' },
  { name: 'everything-before', part: 'override', weight: 1, phrase: 'override ~1 everything ~1 prior' },
  { name: 'everything-said-and-now', part: 'override', weight: 1, phrase: 'override ~1 everything ~3 talk ~4 override|say|now|new' },
  { name: 'everything-said', part: 'override', weight: 0.7, phrase: 'override ~1 everything ~3 talk' },
  { name: 'everything-then-say', part: 'override', weight: 1, phrase: 'override ~1 everything ~5 say' },
  { name: 'above-then-say', part: 'override', weight: 1, phrase: 'override ~1 prior ~1 say' },
  { name: 'text-above-then-say', part: 'override', weight: 1, phrase: 'override ~2 talk ~1 prior ~1 say' },
  { name: 'prior-and-say', part: 'override', weight: 1, phrase: 'override ~2 order|talk ~5 say ~4 reply|following|order' },
  { name: 'verb-last', part: 'override', weight: 1, phrase: 'prior ~2 order|talk|duty ~3 overrideLast' },
  { name: 'verb-last-all', part: 'override', weight: 1, phrase: 'all ~2 order ~3 overrideLast' },
  { name: 'verb-last-everything', part: 'override', weight: 1, phrase: 'all|everything ~1 prior ~2 order|talk|duty ~6 overrideLast' },
  { name: 'do-not-follow', part: 'override', weight: 1, phrase: 'not ~1 obey ~2 all|your|prior ~2 prior? ~1 order' },

  { name: 'said-is-declared-void', part: 'override', weight: 1, phrase: 'all ~1 prior ~1 talk|order ~8 void' },
  { name: 'leave-all-behind', part: 'override', weight: 0.6, phrase: 'all ~1 prior ~2 talk|order ~1 behind' },
  { name: 'knowledge-not-sources', part: 'override', weight: 1, phrase: 'your ~0 knowledge ~0 knowledge ~3 not ~3 source' },
  { name: 'what-you-were-told', part: 'override', weight: 0.8, phrase: 'override ~1 ask|everything|all ~0 you ~2 told' },
  { name: 'contrary-to', part: 'override', weight: 1, phrase: 'deviate ~2 prior ~1 order' },

  // Putting something else in its place.
  { name: 'focus-on-new-task', part: 'new-task', weight: 0.6, phrase: 'focus ~3 new ~1 task' },
  { name: 'new-instructions-follow', part: 'new-task', weight: 0.5, phrase: 'now ~2 new ~1 order|task' },
  { name: 'your-new-task', part: 'new-task', weight: 0.4, phrase: 'your ~0 new ~1 task' },
  { name: 'new-task', part: 'new-task', weight: 0.2, phrase: 'new ~0 task' },
  { name: 'known-proof', part: 'new-task', weight: 1, phrase: 'haha ~0 pwned' },
  { name: 'start-over', part: 'new-task', weight: 0.3, phrase: 'now ~1 be ~1 new|you' },

  // Getting the instructions out.
  { name: 'reveal-system-prompt', part: 'leak', weight: 1, phrase: 'reveal ~4 your|system ~2 prompt' },
  { name: 'show-your-prompt', part: 'leak', weight: 1, phrase: 'show ~3 your ~2 system ~1 prompt' },
  { name: 'show-all-your-prompts', part: 'leak', weight: 1, phrase: 'show ~2 all ~2 your? ~1 prompt' },
  { name: 'show-prompt', part: 'leak', weight: 0.7, phrase: 'show ~3 your ~2 prompt' },
  { name: 'reveal-instructions', part: 'leak', weight: 1, phrase: 'reveal ~2 your ~2 order' },
  { name: 'reveal-prior-instructions', part: 'leak', weight: 1, phrase: 'reveal ~2 prior|system ~1 order' },
  { name: 'show-your-system-instructions', part: 'leak', weight: 1, phrase: 'show|ask ~3 your ~1 system ~1 order' },
  { name: 'show-your-instructions', part: 'leak', weight: 0.7, phrase: 'show|ask ~2 your ~0 order' },
  { name: 'tell-what-your-instructions', part: 'leak', weight: 1, phrase: 'show ~2 ask ~2 your ~1 order' },
  { name: 'reveal-private', part: 'leak', weight: 1, phrase: 'reveal ~1 your|system ~1 private' },
  { name: 'ask-system-prompt', part: 'leak', weight: 1, phrase: 'ask ~3 your ~1 system ~0 prompt' },
  { name: 'what-was-written', part: 'leak', weight: 1, phrase: 'ask ~4 prior ~3 prompt' },
  { name: 'repeat-from-the-start', part: 'leak', weight: 1, phrase: 'reveal ~2 talk ~1 prior ~3 start ~3 you' },
  { name: 'repeat-above', part: 'leak', weight: 0.7, phrase: 'reveal ~3 talk|everything ~1 prior' },
  { name: 'full-prompt-text', part: 'leak', weight: 0.6, phrase: 'system ~1 prompt ~0 talk' },

  // Another self, and one that has no rules.
  { name: 'you-are-now', part: 'role', weight: 0.3, phrase: 'you ~0 be ~0 now' },
  { name: 'pretend', part: 'role', weight: 0.3, phrase: 'pretend ~1 you' },
  { name: 'act-and-execute', part: 'role', weight: 1, phrase: 'pretend ~7 obey ~1 following ~1 duty' },
  { name: 'pretend-evil', part: 'unrestricted', weight: 1, phrase: 'pretend ~4 evil ~2 ai' },
  { name: 'evil-ai', part: 'unrestricted', weight: 0.6, phrase: 'evil ~1 ai' },
  { name: 'be-evil', part: 'unrestricted', weight: 0.7, phrase: 'you ~2 be ~3 evil' },
  { name: 'pretend-dan', part: 'unrestricted', weight: 0.8, phrase: 'pretend ~2 dan' },
  { name: 'become-dan', part: 'unrestricted', weight: 0.8, phrase: 'you ~3 be ~1 now ~3 dan' },
  { name: 'mode-switch', part: 'unrestricted', weight: 0.8, phrase: 'dan|evil ~0 mode' },
  { name: 'you-have-no-limits', part: 'unrestricted', weight: 0.7, phrase: 'you ~3 free ~3 limit' },
  { name: 'no-longer-bound', part: 'unrestricted', weight: 1, phrase: 'you ~1 be ~1 free ~2 bound ~3 limit|order' },
  { name: 'answer-without-limits', part: 'unrestricted', weight: 0.7, phrase: 'say ~4 free ~3 limit' },
  { name: 'bypass-your-limits', part: 'unrestricted', weight: 1, phrase: 'bypass|override ~1 all|your ~2 your? ~1 limit' },

  // Aimed at a model that reads this for somebody else.
  { name: 'note-to-model', part: 'indirect', weight: 0.6, phrase: 'attention ~1 ai' },
  { name: 'if-you-are-a-model', part: 'indirect', weight: 0.5, phrase: 'you ~0 be ~2 ai ~2 ai? ~3 reveal|override|obey|pretend' },
  { name: 'keep-from-user', part: 'indirect', weight: 0.7, phrase: 'not ~1 show|reveal ~3 user' },

  // Code to slip into the answer, and data to send away.
  { name: 'insert-code', part: 'payload', weight: 0.7, phrase: 'insert ~5 following ~1 code ~12 reply' },
  { name: 'reply-with-code', part: 'payload', weight: 0.7, phrase: 'reply ~6 insert ~5 following ~1 code' },
  { name: 'code-to-be-inserted', part: 'payload', weight: 0.7, phrase: 'following ~2 code ~4 insert ~2 your ~1 reply' },
  { name: 'code-to-insert', part: 'payload', weight: 0.6, phrase: 'insert ~5 following ~1 code' },
  { name: 'send-private-data', part: 'exfiltration', weight: 0.5, phrase: 'send ~4 private' },
  { name: 'decode-and-obey', part: 'encoded', weight: 0.8, phrase: 'decode ~8 obey' },
]
