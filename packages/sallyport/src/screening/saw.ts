// What one pass over a text saw that needs a closer look.
export const SAW_LONG_RUN = 1
export const SAW_PERCENT = 2
export const SAW_SPACED_LETTERS = 4
export const SAW_LINK = 8
/** A line that begins a turn of a transcript. */
export const SAW_TURN = 16
/** A line that begins an order in the application's name. */
export const SAW_SYSTEM_ORDER = 32
export const SAW_RULER = 64
export const SAW_HEX_BYTES = 128
export const SAW_MARKER = 256
