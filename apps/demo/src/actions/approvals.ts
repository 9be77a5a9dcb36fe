import 'server-only'
import { approvalActions } from 'sallyport'
import { port } from '../port.ts'

/** Flow 3, the second person: the library's own actions, with this shop's permission. Who asked can't be the one to say yes. */
export const { approve, deny, withdraw } = approvalActions(port, { permission: 'price:approve', ownPermission: 'price:update' })
