/** A button that sends its form, once at a time. Not `disabled` while it does: a browser takes the focus from a button that is, and gives it to nobody. */
export function Submit({ pending, ...button }: { readonly pending: boolean } & React.ComponentProps<'button'>) {
  return <button {...button} aria-disabled={pending || undefined} onClick={(event) => pending && event.preventDefault()} />
}
