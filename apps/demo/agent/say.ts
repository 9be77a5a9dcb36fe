/** How the agent tells what it does: prose for people, or one JSON object a line for programs. */
export interface Voice {
  /** Something happened. `facts` is what a program gets of it, and `details` further lines for a person. */
  say(event: string, text: string, facts?: Readonly<Record<string, unknown>>, details?: readonly string[]): void
  /** It still waits. In a terminal the line is written over; elsewhere nothing is said. */
  progress(text: string): void
}

/** A voice that writes to a stream. */
export function createVoice({ json, out = process.stdout }: { readonly json: boolean; readonly out?: NodeJS.WriteStream }): Voice {
  const lively = out.isTTY === true && !json
  const clear = (): void => {
    if (lively) out.write('\r\u001b[K')
  }
  return {
    say(event, text, facts = {}, details = []) {
      clear()
      out.write(json ? `${JSON.stringify({ event, ...facts })}\n` : `${[text, ...details.map((line) => `    ${line}`)].join('\n')}\n`)
    },
    progress(text) {
      if (!lively) return
      clear()
      out.write(text)
    },
  }
}
