const encoder = new TextEncoder()

/**
 * A number of tokens that a text can't exceed: its bytes in UTF-8. Tokenizers that work on bytes (all common ones) never make a
 * token of less than one byte. Three to five times too much for most text: a tokenizer of the model holds less.
 */
export function mostTokens(text: string): number {
  return encoder.encode(text).length
}
