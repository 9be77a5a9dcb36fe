import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { noBrowser, people, signedIn } from './browser.ts'
import { orderNumbered } from './shop.ts'

/** Every page, each as somebody who sees all of it. */
const PAGES = [
  [people.customer, ['/', '/orders', '/grants', '/assistant', '/audit', '/confirm']],
  [people.manager, ['/', '/orders', '/prices', '/approvals']],
  [people.administrator, ['/secrets', '/grants']],
] as const

// As a phone does: it widens its page to whatever is in it.
const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true } as const

const widthOf = (page: Page): Promise<number> => page.evaluate(() => document.documentElement.scrollWidth)

describe.skipIf(noBrowser)(`on a phone ${noBrowser || ''}`, () => {
  test.each(PAGES)('no page of %s is wider than the screen', async (email, paths) => {
    const page = await signedIn(email, PHONE)
    for (const path of [...paths, `/orders/${orderNumbered('Q-1042').id}`]) {
      await page.goto(path)
      expect([path, await widthOf(page)]).toEqual([path, 390])
    }
  })

  test('a word that is longer than the screen widens nothing', async () => {
    const page = await signedIn(people.otherCustomer, { ...PHONE, viewport: { width: 360, height: 740 } })
    await page.goto(`/orders/${orderNumbered('Q-1041').id}`)
    await page.getByLabel('City').fill('W'.repeat(60))
    await page.getByRole('button', { name: 'Save address' }).click()
    await page.getByText('The order goes to WWW').waitFor()
    expect(await widthOf(page)).toBe(360)
    const wide = await signedIn(people.manager, { viewport: { width: 1280, height: 800 } })
    await wide.goto('/orders')
    const row = await wide.getByRole('row', { name: /Q-1041/ }).boundingBox()
    expect((row?.x ?? 1280) + (row?.width ?? 0)).toBeLessThanOrEqual(1280)
  })

  test('what can be done about a price is beside it, without scrolling to the side', async () => {
    const page = await signedIn(people.manager, PHONE)
    await page.goto('/prices')
    const box = await page.getByRole('button', { name: 'Ask' }).first().boundingBox()
    expect((box?.x ?? 390) + (box?.width ?? 0)).toBeLessThanOrEqual(390)
  })
})
