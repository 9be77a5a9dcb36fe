// What one pass over a text saw, and what needs a closer look.
export const SAW_LONG_RUN = 1
export const SAW_PERCENT = 2
export const SAW_SPACED_LETTERS = 4
/** A link whose address carries data away. */
export const SAW_LINK_WITH_DATA = 8
/** A line that begins a turn of a transcript. */
export const SAW_TURN = 16
/** A line that begins an order in the application's name. */
export const SAW_SYSTEM_ORDER = 32
/** The end of a frame between rules. */
export const SAW_RULED_END = 64
export const SAW_HEX_BYTES = 128
export const SAW_MARKER = 256
