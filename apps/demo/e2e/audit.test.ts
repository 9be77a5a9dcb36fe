import { describe, expect, test } from 'vitest'
import { noBrowser, people, signedIn } from './browser.ts'
import { callAction, cookieOf } from './forge.ts'
import { orderNumbered } from './shop.ts'

describe.skipIf(noBrowser)(`the audit trail ${noBrowser || ''}`, () => {
  test('shows one’s own calls, with what each passed and what refused it, and nobody else’s', async () => {
    const cookie = await cookieOf(people.secondManager)
    await callAction('rotateSecret', [null, { name: 'PAYMENT_API_KEY' }], { cookie })
    await callAction('changeAddress', [null, { orderId: crypto.randomUUID() }], { cookie })
    await callAction('changeAddress', [null, { orderId: orderNumbered('Q-1041').id }], { cookie: await cookieOf(people.customer), origin: null })

    const page = await signedIn(people.secondManager)
    await page.goto('/audit')
    const audit = page.getByTestId('audit')
    const rotation = audit.locator('[data-action="secret.rotate"]').first()
    expect(await rotation.getAttribute('data-refused-by')).toBe('authorization')
    await rotation.locator('summary').click()
    const states = await rotation.locator('[data-control]').evaluateAll((items) => items.map((item) => [item.getAttribute('data-control'), item.getAttribute('data-state')]))
    expect(Object.fromEntries(states)).toMatchObject({ authentication: 'passed', validation: 'passed', authorization: 'refused', audit: 'unreached', scrubbing: 'unreached' })
    await rotation.getByText('did not run').waitFor()

    expect(await audit.locator('[data-action="order.changeAddress"]').first().getAttribute('data-refused-by')).toBe('validation')
    expect(await audit.locator('[data-action="secret.rotate"][data-outcome="success"]').count()).toBe(0)

    await page.getByRole('link', { name: 'Done', exact: true }).click()
    await page.waitForURL('**/audit?show=done')
    expect(await audit.locator('[data-outcome="refused"]').count()).toBe(0)
  })
})
