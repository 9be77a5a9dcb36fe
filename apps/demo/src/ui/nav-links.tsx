'use client'

import Link from 'next/link'
import { usePathname } from 'next/navigation'

/** A page in the navigation. */
export interface NavItem {
  readonly href: string
  readonly name: string
}

/** The links; the one whose page is open says so. */
export function NavLinks({ items }: { readonly items: readonly NavItem[] }) {
  const path = usePathname()
  return (
    <ul>
      {items.map(({ href, name }) => {
        const open = href === '/' ? path === '/' : path === href || path.startsWith(`${href}/`)
        return <li key={href}><Link href={href} prefetch={false} aria-current={open ? 'page' : undefined}>{name}</Link></li>
      })}
    </ul>
  )
}
