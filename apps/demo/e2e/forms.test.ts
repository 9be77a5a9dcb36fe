import type { Page } from 'playwright-core'
import { describe, expect, inject, test } from 'vitest'
import { noBrowser, openWindow, people, signedIn } from './browser.ts'
import { orderNumbered } from './shop.ts'

async function openOrder(page: Page, number = 'Q-1042'): Promise<void> {
  await page.goto(`/orders/${orderNumbered(number).id}`)
  await page.getByLabel('Street').waitFor()
}

/** Signs out on another page of the same window. */
async function signOutBeside(page: Page): Promise<void> {
  const beside = await page.context().newPage()
  await beside.goto('/')
  await beside.getByRole('button', { name: 'Sign out' }).click()
  await beside.waitForURL('**/sign-in')
}

const focused = (page: Page): Promise<string> => page.evaluate(() => document.activeElement?.getAttribute('name') ?? document.activeElement?.textContent ?? '')

describe.skipIf(noBrowser)(`what a form does when it goes wrong ${noBrowser || ''}`, () => {
  test('by keyboard: a wrong field has the focus, and a button that was pressed keeps it', async () => {
    const page = await signedIn(people.customer)
    await openOrder(page)
    await page.getByLabel('City').fill('   ')
    await page.getByRole('button', { name: 'Save address' }).press('Enter')
    await page.getByText('This is needed.').waitFor()
    await expect.poll(() => focused(page)).toBe('city')
    await page.getByLabel('City').fill('Whitby')
    await page.getByRole('button', { name: 'Save address' }).press('Enter')
    await page.getByText('The order goes to Whitby now.').waitFor()
    await expect.poll(() => focused(page)).toBe('Save address')
  })

  test('two clicks make one call', async () => {
    const page = await signedIn(people.customer)
    await openOrder(page)
    let calls = 0
    page.on('request', (request) => (calls += request.method() === 'POST' ? 1 : 0))
    await page.getByRole('button', { name: 'Save address' }).dblclick()
    await page.getByText('The order goes to').waitFor()
    await page.getByTestId('checked').locator('[data-outcome="success"]').waitFor()
    expect(calls).toBe(1)
  })

  test('signed out on another page: it says so, and what was typed is still there for after signing in', async () => {
    const page = await signedIn(people.customer)
    await openOrder(page)
    await page.getByLabel('Street').fill('4 Half Typed Road')
    await signOutBeside(page)
    await page.getByRole('button', { name: 'Save address' }).click()
    await page.locator('[data-code="UNAUTHENTICATED"]').waitFor()
    expect(await page.getByLabel('Street').inputValue()).toBe('4 Half Typed Road')

    await page.context().addCookies(await (await signedIn(people.customer)).context().cookies())
    await page.getByRole('button', { name: 'Save address' }).click()
    await page.getByText('The order goes to').waitFor()
  })

  test('the network is gone: it says so, and what was typed is still there', async () => {
    const page = await signedIn(people.customer)
    await openOrder(page)
    await page.getByLabel('Street').fill('5 Half Typed Road')
    await page.context().setOffline(true)
    await page.getByRole('button', { name: 'Save address' }).click()
    await page.getByText('The shop did not answer.').waitFor()
    expect(await page.getByLabel('Street').inputValue()).toBe('5 Half Typed Road')
  })

  test('in the chat as well: the question stays, and the problem is told', async () => {
    const page = await signedIn(people.secondManager)
    await page.goto('/assistant')
    await page.getByLabel('Message').fill('Hello')
    await page.getByLabel('Message').press('Enter')
    await page.getByText('I look after the order book.').waitFor()
    await signOutBeside(page)
    await page.getByRole('button', { name: 'Forget the conversation' }).click()
    await page.locator('[data-code="UNAUTHENTICATED"]').waitFor()
    await page.getByLabel('Message').fill('And what did I want to know?')
    await page.getByLabel('Message').press('Enter')
    await expect.poll(() => page.locator('[data-code="UNAUTHENTICATED"]').count()).toBe(2)
    await page.getByText('And what did I want to know?').waitFor()
  })

  test('a wrong password leaves the address in its field', async () => {
    const page = await (await openWindow()).newPage()
    await page.goto('/sign-in')
    await page.getByLabel('E-mail').fill(people.customer)
    await page.getByLabel('Password').fill('not it')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.locator('[data-code="WRONG_CREDENTIALS"]').waitFor()
    expect(await page.getByLabel('E-mail').inputValue()).toBe(people.customer)
  })

  test('a grant that is refused leaves its fields as they were', async () => {
    const page = await signedIn(people.manager)
    await page.goto('/grants')
    await page.getByLabel('To call').selectOption('price.change')
    await page.getByLabel('How often').fill('7')
    const minutes = page.getByLabel('For how many minutes')
    await minutes.evaluate((field) => field.removeAttribute('max'))
    await minutes.fill('900')
    await page.getByRole('button', { name: 'Give', exact: true }).click()
    await page.locator('[data-code="FORBIDDEN"]').waitFor()
    expect([await page.getByLabel('To call').inputValue(), await page.getByLabel('How often').inputValue(), await minutes.inputValue()]).toEqual(['price.change', '7', '900'])
  })

  test('who decides second, on a page that is no longer true, is told that it was decided', async () => {
    const asking = await signedIn(people.manager)
    await asking.goto('/prices')
    const row = asking.getByRole('row', { name: /Rigging knife/ })
    await row.getByLabel('New price').fill('58.00')
    await row.getByRole('button', { name: 'Ask' }).click()
    await row.locator('[data-code="APPROVAL_REQUIRED"]').waitFor()

    const first = await signedIn(people.secondManager)
    const second = await first.context().newPage()
    for (const page of [first, second]) await page.goto('/approvals')
    await first.getByRole('button', { name: /^Deny: Rigging knife/ }).click()
    await first.getByRole('button', { name: /^Deny: Rigging knife/ }).waitFor({ state: 'detached' })
    await second.getByRole('button', { name: /^Approve: Rigging knife/ }).click()
    await second.getByText('It was decided meanwhile.').waitFor()
  })

  test('without JavaScript a page says what can’t be done', async () => {
    const page = await signedIn(people.manager, { javaScriptEnabled: false })
    for (const path of ['/approvals', '/grants', '/assistant']) {
      await page.goto(inject('origin') + path)
      await page.getByText(/needs? JavaScript/).waitFor()
    }
  })
})
