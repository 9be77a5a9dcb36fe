/** The parts that people play in the shop. */
export type Role = 'customer' | 'manager' | 'administrator'
