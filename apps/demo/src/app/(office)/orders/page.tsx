import Link from 'next/link'
import { requireUser } from '../../../auth/current-user.ts'
import { foreignOrder, listOrders } from '../../../data/orders.ts'
import { ForeignForm } from '../../../forms/foreign-form.tsx'
import { Day, pounds } from '../../../ui/format.tsx'
import { LastChecked } from '../../../ui/last-checked.tsx'
import { Page } from '../../../ui/shell.tsx'
import { StatusBadge } from '../../../ui/status-badge.tsx'

export const metadata = { title: 'Orders' }

export default async function Orders() {
  const user = await requireUser()
  const own = user.role === 'customer'
  const orders = listOrders(own ? { userId: user.id } : {})
  const foreign = own ? foreignOrder(user.id) : undefined
  return (
    <Page title={own ? 'Your orders' : 'Orders'} lead={own ? 'While an order is being packed, you can still send it elsewhere.' : 'Everybody’s orders, newest first.'}>
      <div className="table-frame">
        <table className="stacks">
          <thead><tr><th>Order</th><th>Placed</th><th>Goes to</th><th>Status</th><th className="number">Total</th></tr></thead>
          <tbody>
            {orders.map((order) => (
              <tr key={order.id}>
                <th scope="row"><Link href={`/orders/${order.id}`} prefetch={false}>{order.number}</Link></th>
                <td data-label="Placed"><Day at={order.placedAt} /></td>
                <td className="typed" data-label="Goes to">{own ? order.city : `${order.recipient}, ${order.city}`}</td>
                <td data-label="Status"><StatusBadge status={order.status} /></td>
                <td className="number" data-label="Total">{pounds(order.totalPence)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {foreign ? (
        <section className="card stack-tight">
          <h2>Try to be refused</h2>
          <p className="muted small">This sends the id of another customer’s order with your session. The answer is the same as for an order that does not exist.</p>
          <ForeignForm orderId={foreign.id} number={foreign.number} />
        </section>
      ) : null}
      <LastChecked userId={user.id} actions={['order.changeAddress']} />
    </Page>
  )
}
