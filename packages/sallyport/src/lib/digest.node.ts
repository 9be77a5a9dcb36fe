import { hash } from 'node:crypto'

/** SHA-256 of a text (as UTF-8), in lower-case hex. Synchronous here; the Web form returns a promise. */
export function sha256Hex(text: string): string | Promise<string> {
  return hash('sha256', text, 'hex')
}
