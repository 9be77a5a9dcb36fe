/** The range. Prices in pence. */
export const PRODUCTS = [
  { sku: 'LAN-01', name: 'Storm lantern', price: 4_800, cost: 2_150 },
  { sku: 'ROP-12', name: 'Hemp rope, 12 m', price: 2_650, cost: 1_020 },
  { sku: 'CAN-03', name: 'Waxed canvas bag', price: 8_900, cost: 3_900 },
  { sku: 'KET-02', name: 'Enamel kettle', price: 3_400, cost: 1_480 },
  { sku: 'BLA-05', name: 'Wool blanket', price: 7_250, cost: 3_300 },
  { sku: 'KNI-04', name: 'Rigging knife', price: 5_600, cost: 2_400 },
] as const

/** Who ordered what: `customer` is the place in the list of the two customer accounts, `lines` are SKU and quantity. */
export const ORDERS = [
  { number: 'Q-1042', customer: 0, status: 'packing', daysAgo: 1, street: '12 Harbour Street', city: 'Whitby', postcode: 'YO21 1DA', fraudScore: 0.02, lines: [['LAN-01', 2], ['ROP-12', 1]] },
  { number: 'Q-1037', customer: 0, status: 'shipped', daysAgo: 6, street: '12 Harbour Street', city: 'Whitby', postcode: 'YO21 1DA', fraudScore: 0.04, lines: [['BLA-05', 1]] },
  { number: 'Q-1019', customer: 0, status: 'delivered', daysAgo: 31, street: '12 Harbour Street', city: 'Whitby', postcode: 'YO21 1DA', fraudScore: 0.01, lines: [['KET-02', 1], ['KNI-04', 1]] },
  { number: 'Q-1041', customer: 1, status: 'packing', daysAgo: 2, street: '3 Chandlery Row', city: 'Falmouth', postcode: 'TR11 3EG', fraudScore: 0.37, lines: [['CAN-03', 1], ['KNI-04', 2]] },
  { number: 'Q-1028', customer: 1, status: 'delivered', daysAgo: 17, street: '3 Chandlery Row', city: 'Falmouth', postcode: 'TR11 3EG', fraudScore: 0.06, lines: [['LAN-01', 1]] },
] as const

/** How old the first values of the shop's secrets are. They are made when the shop is first seeded. */
export const SECRETS = [
  { name: 'PAYMENT_API_KEY', daysAgo: 61 },
  { name: 'WAREHOUSE_WEBHOOK_KEY', daysAgo: 12 },
] as const

/** Tokens that partners hold. */
export const TOKENS = [
  { name: 'Parcel tracking', holder: 'Delivery partner', daysAgo: 40 },
  { name: 'Stock feed', holder: 'Warehouse', daysAgo: 8 },
] as const
