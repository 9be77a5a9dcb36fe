import 'server-only'
import { shop } from './database.ts'

/** Somebody's talk with the assistant. The server keeps it: a browser could forge what the assistant said. */
export interface Conversation {
  readonly id: string
  readonly userId: string
}

/** One turn of it. */
export interface Turn {
  readonly role: 'user' | 'assistant'
  readonly text: string
}

/** The conversation with this id, whoever it belongs to. */
export function conversationById(id: string): Conversation | undefined {
  return shop().prepare('SELECT id, user_id AS userId FROM conversation WHERE id = ?').get(id) as Conversation | undefined
}

/** The conversation of a person. */
export function conversationOf(userId: string): Conversation | undefined {
  return shop().prepare('SELECT id, user_id AS userId FROM conversation WHERE user_id = ?').get(userId) as Conversation | undefined
}

/** The last turns, oldest first. */
export function turnsOf(conversationId: string, limit = 20): Turn[] {
  const rows = shop().prepare('SELECT role, text FROM message WHERE conversation_id = ? ORDER BY id DESC LIMIT ?').all(conversationId, limit)
  // Plain objects: SQLite's rows have no prototype, and React passes no such thing to a browser.
  return (rows as unknown as Turn[]).map(({ role, text }) => ({ role, text })).reverse()
}

/** Adds a turn. What the assistant said comes in scrubbed. */
export function addTurn(conversationId: string, turn: Turn): void {
  shop().prepare('INSERT INTO message (conversation_id, role, text) VALUES (?, ?, ?)').run(conversationId, turn.role, turn.text)
}

/** Forgets what was said. */
export function clearTurns(conversationId: string): void {
  shop().prepare('DELETE FROM message WHERE conversation_id = ?').run(conversationId)
}
