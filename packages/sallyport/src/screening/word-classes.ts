/**
 * What a word can mean to a phrase rule. A lexicon lists, per language, the words of each class; a rule is a
 * sequence of classes, so one rule holds in every language that orders its words alike.
 */
export const WORD_CLASSES = [
  'override', // ignore, forget, disregard: an order to set something aside
  'overrideLast', // the same where the verb comes last: "die obigen Anweisungen ignorieren"
  'deviate', // contrary to
  'void', // irrelevant, void: said of what came before
  'all', // all, any
  'everything', // everything
  'prior', // previous, above, before
  'order', // instructions, prompt: what a system prompt is made of
  'duty', // rules, tasks, commands: weaker, for everybody has some
  'talk', // text, information, conversation
  'your', // your
  'own', // my, our: the writer's own words
  'not', // not, never, don't
  'subject', // I, they, users: makes a statement of an order
  'say', // say, write, print, answer
  'show', // show, give, tell
  'reveal', // reveal, repeat, print, leak
  'ask', // what, which
  'system', // system, hidden, initial
  'prompt', // prompt, system prompt
  'now', // now, from now on, instead
  'new', // new, next, further
  'task', // task, instructions, role: what comes in their place
  'focus', // focus, concentrate, follow
  'you', // you
  'be', // are, become
  'pretend', // pretend, act, imagine
  'evil', // evil, unrestricted, unfiltered
  'dan', // the names of well-known jailbreak characters
  'free', // without, no, disable
  'limit', // restrictions, filters, ethics
  'bypass', // bypass, disable, turn off
  'mode', // mode
  'ai', // assistant, model, chatbot
  'attention', // note, attention, important
  'user', // user, human, person
  'meta', // phrase, attack, example: talks about an attack
  'insert', // append, embed, incorporate
  'following', // following, below
  'code', // code, snippet
  'reply', // response, answer, solution
  'send', // send, post, upload
  'private', // password, key, conversation
  'decode', // decode, base64, rot13
  'obey', // follow, execute, obey
  'behind', // leave … behind
  'knowledge', // own knowledge
  'told', // told, taught
  'source', // articles, documents: what a model was given to answer from
  'start', // starting, beginning with
  'bound', // bound by, subject to
  'haha', // the string that is printed to show that an attack worked
  'pwned',
] as const

/** The name of a word class. */
export type WordClass = (typeof WORD_CLASSES)[number]

/** Words of one language by class, separated by spaces, in any case and with or without diacritics. */
export type Lexicon = { readonly [Class in WordClass]?: string }
