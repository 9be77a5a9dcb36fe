import type { Metadata, Viewport } from 'next'
import './globals.css'

export const metadata: Metadata = { title: { default: 'Quayside back office', template: '%s · Quayside' }, description: 'A demo of Sallyport.' }
export const viewport: Viewport = { colorScheme: 'light dark' }

export default function Layout({ children }: { readonly children: React.ReactNode }) {
  return <html lang="en-GB"><body>{children}</body></html>
}
