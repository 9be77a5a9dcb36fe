/**
 * A text for a terminal: what callers sent, and what files are called and say, must not steer it, turn its lines around, or begin lines of
 * its own, which a CI would read as commands.
 */
export function clean(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu, '\ufffd')
}

/** The same JSON, with what `clean` would take away written as escapes: it means what it meant. */
export function cleanJson(json: string): string {
  return json.replace(/[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
