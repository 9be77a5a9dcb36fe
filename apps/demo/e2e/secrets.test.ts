import { describe, expect, inject, test } from 'vitest'
import { noBrowser, people, signedIn } from './browser.ts'
import { cookieOf } from './forge.ts'
import { ageSessions, plantedSecret, secretVersions, shopRows } from './shop.ts'

describe.skipIf(noBrowser)(`flow 2: an administrator rotates and revokes ${noBrowser || ''}`, () => {
  test('after a fresh sign-in: the secret is another one, and nobody sees it', async () => {
    const page = await signedIn(people.administrator)
    const before = await plantedSecret('WAREHOUSE_WEBHOOK_KEY')
    await page.goto('/secrets')
    await page.getByRole('button', { name: 'Rotate WAREHOUSE_WEBHOOK_KEY' }).click()
    await page.getByText('Version 2 is in use.').waitFor()
    const after = await plantedSecret('WAREHOUSE_WEBHOOK_KEY')
    expect(after).not.toBe(before)
    // The state machine of the library: the old value verifies until the overlap is over.
    expect(await secretVersions('WAREHOUSE_WEBHOOK_KEY', 'previous')).toEqual([before])
    await page.getByText('The one before verifies for ten minutes more.').waitFor()
    expect(await page.content()).not.toContain(after)

    // There is one rotation at a time.
    await page.getByRole('button', { name: 'Rotate WAREHOUSE_WEBHOOK_KEY' }).click()
    await page.locator('[data-code="UNDER_WAY"]').waitFor()
    expect(await plantedSecret('WAREHOUSE_WEBHOOK_KEY')).toBe(after)

    // Unless it is known to somebody: then what was in use ends at once, and what was about to end as well.
    await page.getByRole('button', { name: 'WAREHOUSE_WEBHOOK_KEY is compromised' }).click()
    await page.getByText('The one before has ended.').waitFor()
    expect([before, after]).not.toContain(await plantedSecret('WAREHOUSE_WEBHOOK_KEY'))
    expect(await secretVersions('WAREHOUSE_WEBHOOK_KEY', 'previous')).toEqual([])
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
    const before = await plantedSecret('PAYMENT_API_KEY')
    await page.goto('/secrets')
    await page.getByRole('button', { name: 'Rotate PAYMENT_API_KEY' }).click()
    await page.locator('[data-code="FORBIDDEN"]').waitFor()
    await page.getByTestId('checked').locator('[data-refused-by="authorization"]').waitFor()
    expect(await plantedSecret('PAYMENT_API_KEY')).toBe(before)
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

test('the payload that React sends for the page holds no value, raw or encoded', async () => {
  const cookie = await cookieOf(people.administrator)
  const response = await fetch(`${inject('origin')}/secrets`, { headers: { cookie, rsc: '1' } })
  expect(response.headers.get('content-type')).toContain('text/x-component')
  const payload = await response.text()
  expect(payload).toContain('PAYMENT_API_KEY')
  for (const name of ['PAYMENT_API_KEY', 'WAREHOUSE_WEBHOOK_KEY']) {
    const value = await plantedSecret(name)
    const bytes = Buffer.from(value)
    for (const form of [value, bytes.toString('base64').replace(/=+$/, ''), bytes.toString('base64url'), bytes.toString('hex'), encodeURIComponent(value)]) expect(payload).not.toContain(form)
  }
})
