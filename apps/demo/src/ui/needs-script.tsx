/** Says, where it is so, that what is on the page can't be done without JavaScript. */
export function NeedsScript({ children }: { readonly children: React.ReactNode }) {
  return <noscript><p className="notice" data-tone="waiting">{children}</p></noscript>
}
