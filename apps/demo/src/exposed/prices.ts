'use server'

import * as prices from '../actions/prices.ts'

export const changePrice = prices.changePrice
