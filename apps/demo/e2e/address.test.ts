import { describe, expect, test } from 'vitest'
import { noBrowser, openWindow, people, signedIn, signIn } from './browser.ts'
import { callAction, cookieOf } from './forge.ts'
import { orderNumbered } from './shop.ts'

const address = { recipient: 'Customer', street: '1 Mill Lane', city: 'Hull', postcode: 'HU1 1AA', country: 'United Kingdom' }

describe.skipIf(noBrowser)(`flow 1: a customer changes an address ${noBrowser || ''}`, () => {
  test('of an own order: it is saved, and every control is shown as passed', async () => {
    const page = await (await openWindow()).newPage()
    await signIn(page, people.customer)
    await page.goto(`/orders/${orderNumbered('Q-1042').id}`)
    await page.getByLabel('City').fill('Scarborough')
    await page.getByRole('button', { name: 'Save address' }).click()
    await page.getByText('The order goes to Scarborough now.').waitFor()

    expect(orderNumbered('Q-1042').city).toBe('Scarborough')
    const checked = page.getByTestId('checked').locator('[data-outcome="success"]')
    await checked.waitFor()
    for (const control of ['size', 'origin', 'rate-limit', 'authentication', 'validation', 'authorization', 'audit', 'projection', 'scrubbing']) {
      expect(await checked.locator(`[data-control="${control}"]`).getAttribute('data-state'), control).toBe('passed')
    }
  })

  test('with a field that is empty: nothing is saved, and the field says why', async () => {
    const page = await signedIn(people.customer)
    const { id, city } = orderNumbered('Q-1042')
    await page.goto(`/orders/${id}`)
    await page.getByLabel('City').fill('   ')
    await page.getByLabel('Street').fill('77 Somewhere Else')
    await page.getByRole('button', { name: 'Save address' }).click()
    await page.getByText('This is needed.').waitFor()
    expect(await page.getByLabel('City').getAttribute('aria-invalid')).toBe('true')
    expect(await page.getByLabel('Street').inputValue()).toBe('77 Somewhere Else')
    await page.getByTestId('checked').locator('[data-refused-by="validation"]').waitFor()
    expect(orderNumbered('Q-1042').city).toBe(city)
  })

  test('of an order that has been sent: the action says so in its own words', async () => {
    const page = await signedIn(people.customer)
    await page.goto(`/orders/${orderNumbered('Q-1037').id}`)
    await page.getByRole('button', { name: 'Save address' }).click()
    await page.locator('[data-code="ALREADY_SENT"]').getByText('Too late').waitFor()
  })

  test('without JavaScript: the form still works, and is still refused', async () => {
    const page = await (await openWindow({ javaScriptEnabled: false })).newPage()
    await signIn(page, people.otherCustomer)
    await page.goto(`/orders/${orderNumbered('Q-1041').id}`)
    await page.getByLabel('City').fill('Penzance')
    await page.getByRole('button', { name: 'Save address' }).click()
    await page.getByText('The order goes to Penzance now.').waitFor()
    expect(orderNumbered('Q-1041').city).toBe('Penzance')
    expect(await page.getByTestId('checked').locator('[data-outcome="success"]').count()).toBe(1)

    await page.getByLabel('City').fill('   ')
    await page.getByRole('button', { name: 'Save address' }).click()
    await page.getByText('This is needed.').waitFor()
    expect(orderNumbered('Q-1041').city).toBe('Penzance')
  })

  test('of somebody else’s order: page and action answer as if there were none', async () => {
    const page = await signedIn(people.customer)
    const foreign = orderNumbered('Q-1028')
    expect((await page.goto(`/orders/${foreign.id}`))?.status()).toBe(404)

    await page.goto('/orders')
    await page.getByRole('button', { name: /not yours/ }).click()
    await page.locator('[data-code="NOT_FOUND"]').waitFor()
    await page.getByTestId('checked').locator('[data-refused-by="authorization"]').waitFor()
  })
})

test('somebody else’s order and one that does not exist can’t be told apart', async () => {
  const cookie = await cookieOf(people.customer)
  const foreign = await callAction('changeAddress', [null, { orderId: orderNumbered('Q-1041').id, ...address }], { cookie })
  const missing = await callAction('changeAddress', [null, { orderId: crypto.randomUUID(), ...address }], { cookie })
  expect(foreign.result?.serverError?.code).toBe('NOT_FOUND')
  expect({ ...foreign.result?.serverError, correlationId: '' }).toEqual({ ...missing.result?.serverError, correlationId: '' })
  expect(foreign.status).toBe(missing.status)
})

test('a manager may help any customer', async () => {
  const cookie = await cookieOf(people.manager)
  const reply = await callAction('changeAddress', [null, { orderId: orderNumbered('Q-1041').id, ...address }], { cookie })
  expect(reply.result?.data).toEqual({ number: 'Q-1041', city: 'Hull' })
})
