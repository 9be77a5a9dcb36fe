/** The demo's accounts, one for each part that somebody plays in the four flows. */
export const ACCOUNTS = [
  { email: 'customer@quayside.example', name: 'Customer', role: 'customer' },
  { email: 'other.customer@quayside.example', name: 'Other customer', role: 'customer' },
  { email: 'manager@quayside.example', name: 'Manager', role: 'manager' },
  { email: 'second.manager@quayside.example', name: 'Second manager', role: 'manager' },
  { email: 'administrator@quayside.example', name: 'Administrator', role: 'administrator' },
] as const
