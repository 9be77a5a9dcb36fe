import { describe, expect, test } from 'vitest'
import { noBrowser, people, signedIn } from './browser.ts'
import { ageSessions, plantedSecret, shopRows } from './shop.ts'
import { inject } from 'vitest'

describe.skipIf(noBrowser)(`flow 2: an administrator rotates and revokes ${noBrowser || ''}`, () => {
  test('after a fresh sign-in: the secret is another one, and nobody sees it', async () => {
    const page = await signedIn(people.administrator)
    const before = plantedSecret('WAREHOUSE_WEBHOOK_KEY')
    await page.goto('/secrets')
    await page.getByRole('button', { name: 'Rotate WAREHOUSE_WEBHOOK_KEY' }).click()
    await page.getByText('Version 2 is in use.').waitFor()
    const after = plantedSecret('WAREHOUSE_WEBHOOK_KEY')
    expect(after).not.toBe(before)
    expect(await page.content()).not.toContain(after)
  })

  test('after too long: the password is asked for again, and then it works', async () => {
    const page = await signedIn(people.administrator)
    ageSessions(people.administrator, 6)
    await page.goto('/secrets')
    await page.getByRole('button', { name: 'Revoke Stock feed' }).click()
    await page.locator('[data-code="REAUTHENTICATE"]').waitFor()
    await page.getByTestId('checked').locator('[data-refused-by="authentication"]').waitFor()
    expect(shopRows('SELECT 1 FROM token WHERE name = ? AND revoked_at IS NOT NULL', 'Stock feed')).toHaveLength(0)

    await page.getByRole('link', { name: 'Type your password again' }).click()
    await page.getByLabel('Password').fill(inject('password'))
    await page.getByRole('button', { name: 'Confirm' }).click()
    await page.waitForURL('**/secrets')
    await page.getByText('fresh sign-in', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Revoke Stock feed' }).click()
    await page.getByRole('row', { name: /Stock feed/ }).getByText('revoked', { exact: true }).waitFor()
    expect(shopRows('SELECT 1 FROM token WHERE name = ? AND revoked_at IS NOT NULL', 'Stock feed')).toHaveLength(1)
  })

  test('by a manager: refused, whatever the page shows', async () => {
    const page = await signedIn(people.manager)
    const before = plantedSecret('PAYMENT_API_KEY')
    await page.goto('/secrets')
    await page.getByRole('button', { name: 'Rotate PAYMENT_API_KEY' }).click()
    await page.locator('[data-code="FORBIDDEN"]').waitFor()
    await page.getByTestId('checked').locator('[data-refused-by="authorization"]').waitFor()
    expect(plantedSecret('PAYMENT_API_KEY')).toBe(before)
  })

  test('a new token is shown once, on purpose, and the log says so', async () => {
    const page = await signedIn(people.administrator)
    await page.goto('/secrets')
    await page.getByLabel('What it is for').fill('Returns')
    await page.getByLabel('Who holds it').fill('Returns partner')
    await page.getByRole('button', { name: 'Make a token' }).click()
    const token = await page.getByTestId('new-token').textContent()
    expect(token).toMatch(/^qs_[\w-]{32}$/)
    await page.getByText('Let out on purpose').waitFor()
    await page.reload()
    await page.getByRole('row', { name: /Returns partner/ }).waitFor()
    expect(await page.content()).not.toContain(token)
  })
})
