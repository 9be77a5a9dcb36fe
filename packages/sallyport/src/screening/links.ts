// What an address may begin with, behind `](`.
const ADDRESS = /\s{0,8}<?(https?:\/\/[^\s)>]{1,500})/iy
const MAX_TEXT = 200
/** A place for data stands at most this far behind a separator. */
const MAX_NAME = 81
const NAMED_DATA = /=(?:[A-Z_]{4,}|BASE64|secret|conversation|history|summary|prompt|user_?data|password)\b/
const TRAILING_DATA = /[?&](?:data|d|q|query|leak|exfil|secret|content|info|payload|msg|text|c|conversation|history|prompt|summary)=(?:$|\{|\[|<|%7B)/i

/** True when a markdown image or link has a placeholder for data in its address: a destination that carries data away. */
export function hasExfiltrationLink(text: string): boolean {
  for (let at = text.indexOf(']('); at >= 0; at = text.indexOf('](', at + 2)) {
    const kind = kindOf(text, at)
    if (kind === NO_LINK) continue
    ADDRESS.lastIndex = at + 2
    const url = ADDRESS.exec(text)?.[1]
    if (url === undefined) continue
    const query = url.indexOf('?')
    const tail = query < 0 ? url.slice(url.indexOf('/', 8)) : url.slice(query)
    if (TRAILING_DATA.test(tail)) return true
    if (kind === IMAGE && query >= 0 && (hasPlaceholder(tail) || NAMED_DATA.test(tail))) return true
    at += url.length
  }
  return false
}

const NO_LINK = 0
const LINK = 1
const IMAGE = 2

/** What a `]` ends, on its line: what another `]` came before is not looked at again. */
function kindOf(text: string, close: number): number {
  let kind = NO_LINK
  for (let i = close - 1; i >= 0 && close - i <= MAX_TEXT + 1; i--) {
    const code = text.charCodeAt(i)
    if (code === 0x5d || code === 0x0a) break
    if (code !== 0x5b) continue
    if (text.charCodeAt(i - 1) === 0x21) return IMAGE
    kind = LINK
  }
  return kind
}

/** `{`, `<`, `[`, or one of them percent-encoded, in a part of a query or path. */
function hasPlaceholder(tail: string): boolean {
  let separator = -1
  for (let i = 0; i < tail.length; i++) {
    const char = tail[i]
    if (char === '?' || char === '&' || char === '/' || char === '=') separator = i
    else if (separator >= 0 && i - separator <= MAX_NAME && (char === '{' || char === '<' || char === '[' || (char === '%' && /^(?:7b|3c)/i.test(tail.slice(i + 1, i + 3))))) return true
  }
  return false
}
