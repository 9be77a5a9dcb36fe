/** Two doors, one behind the other. */
export function Brand() {
  return (
    <svg viewBox="0 0 28 28" fill="none" stroke="currentColor" strokeWidth="1.8" strokeLinejoin="round" aria-hidden="true">
      <path d="M3.5 24.5v-13a10.5 10.5 0 0 1 21 0v13z" />
      <path d="M9 24.5V13a5 5 0 0 1 10 0v11.5" fill="currentColor" fillOpacity="0.16" />
      <path d="M1.5 24.5h25" strokeLinecap="round" />
    </svg>
  )
}
