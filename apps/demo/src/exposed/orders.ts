'use server'

import * as orders from '../actions/orders.ts'

// `lookUp` is not here: only the assistant's tool calls it, so no browser can.
export const changeAddress = orders.changeAddress
