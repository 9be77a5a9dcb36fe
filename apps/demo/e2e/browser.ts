import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core'
import { afterAll, inject } from 'vitest'
import { cookieOf } from './forge.ts'

/** Addresses of the seeded accounts. */
export const people = {
  customer: 'customer@quayside.example',
  otherCustomer: 'other.customer@quayside.example',
  manager: 'manager@quayside.example',
  secondManager: 'second.manager@quayside.example',
  administrator: 'administrator@quayside.example',
} as const

/** Why tests of a file can't run on this machine, or false. */
export const noBrowser: false | string = inject('chromium') === null ? 'no Chromium: install it, or set CHROMIUM_PATH' : false

const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking', '--disable-component-update', '--disable-sync']

let browser: Promise<Browser> | null = null

/** A window of its own: cookies are shared with no other. Closed with the browser at the end of the file. */
export async function openWindow(options: BrowserContextOptions = {}): Promise<BrowserContext> {
  const executablePath = inject('chromium')
  if (executablePath === null) throw new Error('There is no browser')
  browser ??= chromium.launch({ executablePath, args: FLAGS })
  const context = await (await browser).newContext({ baseURL: inject('origin'), ...options })
  context.setDefaultTimeout(60_000)
  return context
}

afterAll(async () => {
  await (await browser)?.close()
  browser = null
})

/** A page of somebody who is signed in, in a window of their own. */
export async function signedIn(email: string, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await openWindow(options)
  const [name = '', value = ''] = (await cookieOf(email)).split('=')
  await context.addCookies([{ name, value, url: inject('origin'), httpOnly: true, sameSite: 'Lax' }])
  return context.newPage()
}

/** Signs in through the form. */
export async function signIn(page: Page, email: string): Promise<void> {
  await page.goto('/sign-in')
  await page.getByLabel('E-mail').fill(email)
  await page.getByLabel('Password').fill(inject('password'))
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('button', { name: 'Sign out' }).waitFor()
}
