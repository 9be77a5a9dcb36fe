import { requireUser } from '../../../auth/current-user.ts'
import { requestsOf } from '../../../data/approvals.ts'
import { listProducts } from '../../../data/products.ts'
import { ApplyForm, DecideForm, PriceForm } from '../../../forms/price-forms.tsx'
import { ApprovalBadge } from '../../../ui/approval-badge.tsx'
import { Moment, pounds } from '../../../ui/format.tsx'
import { LastChecked } from '../../../ui/last-checked.tsx'
import { Page } from '../../../ui/shell.tsx'

export const metadata = { title: 'Prices' }

const decimal = (pence: number): string => (pence / 100).toFixed(2)

export default async function Prices() {
  const user = await requireUser('manager', 'administrator')
  const requests = await requestsOf(user.id)
  return (
    <Page title="Prices" lead="A price is what every customer pays, so one manager asks and another one says yes. What was asked is what runs: an approval is bound to product, price and version, and is used once.">
      <div className="table-frame">
        <table className="stacks">
          <thead><tr><th>Product</th><th>SKU</th><th className="number">Costs us</th><th className="number">Price</th><th>New price, in pounds</th></tr></thead>
          <tbody>
            {listProducts().map((product) => (
              <tr key={product.id}>
                <th scope="row">{product.name}</th>
                <td data-label="SKU"><code>{product.sku}</code></td>
                <td className="number muted" data-label="Costs us">{pounds(product.costPence)}</td>
                <td className="number" data-label="Price" data-testid={`price-${product.sku}`}>{pounds(product.pricePence)}</td>
                <td className="answered" data-label="New price"><PriceForm productId={product.id} name={product.name} price={decimal(product.pricePence)} /></td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {requests.length === 0 ? null : (
        <section className="stack-tight">
          <h2>What you asked for</h2>
          <div className="table-frame" data-testid="requests">
            <table className="stacks">
              <thead><tr><th>Asked</th><th>What</th><th>State</th><th><span className="visually-hidden">Apply</span></th></tr></thead>
              <tbody>
                {requests.map((request) => (
                  <tr key={request.id}>
                    <td data-label="Asked"><Moment at={request.createdAt} /></td>
                    <td data-label="What">{request.summary}</td>
                    <td data-label="State"><ApprovalBadge status={request.status} /></td>
                    <td>
                      {request.status === 'approved' ? <ApplyForm approvalId={request.id} summary={request.summary} /> : null}
                      {request.status === 'pending' ? <DecideForm approvalId={request.id} summary={request.summary} decision="withdraw" /> : null}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </section>
      )}
      <LastChecked userId={user.id} actions={['price.change', 'approval.withdraw']} />
    </Page>
  )
}
