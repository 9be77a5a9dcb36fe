/** The OAuth scope that a token needs for each action, by the action's name. Actions without one need none. */
export const SCOPES = { 'order.lookUp': 'orders', 'price.change': 'prices' } as const
