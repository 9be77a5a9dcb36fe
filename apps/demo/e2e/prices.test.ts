import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { noBrowser, people, signedIn } from './browser.ts'
import { shopRows } from './shop.ts'

const priceOf = (sku: string): number => shopRows<{ price: number }>('SELECT price_pence AS price FROM product WHERE sku = ?', sku)[0]?.price ?? 0

async function ask(page: Page, product: string, price: string): Promise<void> {
  await page.goto('/prices')
  const row = page.getByRole('row', { name: new RegExp(product) }).first()
  await row.getByLabel(`New price of ${product}`).fill(price)
  await row.getByRole('button', { name: 'Ask' }).click()
  await row.locator('[data-code="APPROVAL_REQUIRED"]').waitFor()
}

describe.skipIf(noBrowser)(`flow 3: a price waits for another person ${noBrowser || ''}`, () => {
  test('who says yes: it runs once, when who asked repeats it', async ({ task }) => {
    const before = priceOf('LAN-01')
    // A second try asks for something else: what the first one asked for may have been approved.
    const price = 52 + (task.result?.retryCount ?? 0)
    const manager = await signedIn(people.manager)
    await ask(manager, 'Storm lantern', `${price}.00`)
    expect(priceOf('LAN-01')).toBe(before)
    await manager.getByTestId('checked').locator('[data-refused-by="approval"]').waitFor()

    const second = await signedIn(people.secondManager)
    await second.goto('/approvals')
    const approve = second.getByRole('button', { name: `Approve: Storm lantern: from £48.00 to £${price}.00` })
    await approve.click()
    await approve.waitFor({ state: 'detached' })
    expect(priceOf('LAN-01')).toBe(before)

    await manager.goto('/prices')
    await manager.getByRole('button', { name: /^Apply: Storm lantern/ }).click()
    await manager.getByTestId('price-LAN-01').getByText(`£${price}.00`).waitFor()
    expect(priceOf('LAN-01')).toBe(100 * price)
    await manager.getByTestId('requests').getByText('executed').waitFor()
  })

  test('nobody says yes to themselves', async () => {
    const manager = await signedIn(people.manager)
    await ask(manager, 'Enamel kettle', '36.00')
    await manager.goto('/approvals')
    await manager.getByRole('button', { name: /^Approve: Enamel kettle/ }).click()
    await manager.locator('[data-code="FORBIDDEN"]').waitFor()
    await manager.goto('/prices')
    await manager.getByTestId('requests').getByRole('row', { name: /Enamel kettle/ }).getByText('pending').waitFor()
    expect(priceOf('KET-02')).toBe(3_400)
  })

  test('a no is a no', async () => {
    const manager = await signedIn(people.manager)
    await ask(manager, 'Wool blanket', '12399.00')
    const second = await signedIn(people.secondManager)
    await second.goto('/approvals')
    // Who decides reads the amount as the tables write it.
    await second.getByRole('button', { name: 'Deny: Wool blanket: from £72.50 to £12,399.00' }).click()
    await second.getByTestId('inbox').getByText('Wool blanket').waitFor({ state: 'detached' })
    await manager.goto('/prices')
    await manager.getByTestId('requests').getByRole('row', { name: /Wool blanket/ }).getByText('denied').waitFor()
    expect(priceOf('BLA-05')).toBe(7_250)
  })

  test('an administrator can’t even ask', async () => {
    const page = await signedIn(people.administrator)
    await page.goto('/prices')
    await page.getByRole('row', { name: /Rigging knife/ }).getByRole('button', { name: 'Ask' }).click()
    await page.locator('[data-code="FORBIDDEN"]').waitFor()
  })
})
