import { notFound } from 'next/navigation'
import { requireUser } from '../../../../auth/current-user.ts'
import { linesOf, orderById } from '../../../../data/orders.ts'
import { AddressForm } from '../../../../forms/address-form.tsx'
import { Day, pounds } from '../../../../ui/format.tsx'
import { LastChecked } from '../../../../ui/last-checked.tsx'
import { Page } from '../../../../ui/shell.tsx'
import { StatusBadge } from '../../../../ui/status-badge.tsx'

export const metadata = { title: 'Order' }

export default async function OrderPage({ params }: { readonly params: Promise<{ id: string }> }) {
  const user = await requireUser()
  const order = orderById((await params).id)
  // Like the action: somebody else's order is no order.
  if (!order || (user.role === 'customer' && order.userId !== user.id)) notFound()
  const { recipient, street, city, postcode, country } = order
  return (
    <Page title={`Order ${order.number}`} lead={<>Placed <Day at={order.placedAt} /> · <StatusBadge status={order.status} /></>}>
      <div className="columns">
        <section className="card">
          <header><h2>Delivery address</h2></header>
          <AddressForm orderId={order.id} address={{ recipient, street, city, postcode, country }} />
        </section>
        <section className="table-frame" aria-label="What was ordered">
          <table>
            <thead><tr><th>Ordered</th><th className="number">Quantity</th><th className="number">Price</th></tr></thead>
            <tbody>
              {linesOf(order.id).map((line) => (
                <tr key={line.name}><td>{line.name}</td><td className="number">{line.quantity}</td><td className="number">{pounds(line.unitPence * line.quantity)}</td></tr>
              ))}
              <tr><th scope="row" colSpan={2}>Total</th><td className="number"><b>{pounds(order.totalPence)}</b></td></tr>
            </tbody>
          </table>
        </section>
      </div>
      <LastChecked userId={user.id} actions={['order.changeAddress']} />
    </Page>
  )
}
