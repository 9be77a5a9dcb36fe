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

  test('what can be done about a price is beside it, without scrolling to the side', async () => {
    const page = await signedIn(people.manager, PHONE)
    await page.goto('/prices')
    const box = await page.getByRole('button', { name: 'Ask' }).first().boundingBox()
    expect((box?.x ?? 390) + (box?.width ?? 0)).toBeLessThanOrEqual(390)
  })
})
