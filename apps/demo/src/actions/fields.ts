import { z } from 'zod'

/** A line of text that a person types: trimmed, not empty, and never longer than it could honestly be. */
export const line = (max: number) => z.string().trim().min(1, 'This is needed.').max(max, `At most ${max} characters.`)

/** Pounds as people write them, as pence. */
export const pence = z
  .string()
  .trim()
  .max(9)
  .regex(/^\d{1,5}([.]\d{2})?$/, 'Write pounds and pence, like 48.50.')
  .transform((text) => Math.round(Number(text) * 100))
  .pipe(z.int().min(1, 'A price is more than nothing.').max(9_999_999))
