/** A destination that carries data away: an image or a link whose address has a place for what the model knows. */
const LINK = /!?\[[^\]\n]{0,200}\]\(\s*<?(https?:\/\/[^\s)>]{1,500})/gi
const PLACEHOLDER = /[?&/=][^?&\s]{0,80}?(?:\{\{?|%7b|\$\{|<|%3c|\[)[\w \-.]{0,60}(?:\}|%7d|>|%3e|\])?|=(?:[A-Z_]{4,}|BASE64|secret|conversation|history|summary|prompt|user_?data|password)\b/
const TRAILING_DATA = /[?&](?:data|d|q|query|leak|exfil|secret|content|info|payload|msg|text|c|conversation|history|prompt|summary)=(?:$|\{|\[|<|%7B)/i

/** True when a markdown image or link has a placeholder for data in its address. */
export function hasExfiltrationLink(text: string): boolean {
  for (const [whole, url = ''] of text.matchAll(LINK)) {
    const query = url.indexOf('?')
    const tail = query < 0 ? url.slice(url.indexOf('/', 8)) : url.slice(query)
    if (TRAILING_DATA.test(tail)) return true
    if (whole.startsWith('!') && query >= 0 && PLACEHOLDER.test(tail)) return true
  }
  return false
}
