/** A sallyport in section: wall, outer door, chamber, inner door, wall. Decoration. */
export function Sallyport() {
  return (
    <svg viewBox="0 0 480 220" fill="none" stroke="currentColor" strokeWidth="1.6" strokeLinejoin="round">
      <g strokeOpacity="0.35">
        <path d="M20 200h440M60 200V60h50v140M370 200V60h50v140" />
        <path d="M60 60V44h14v16m22 0V44h14v16M370 60V44h14v16m22 0V44h14v16" />
        <path d="M110 96h260M60 96h50M60 130h50M60 164h50M85 60v36M85 130v34M370 96h50M370 130h50M370 164h50M395 60v36M395 130v34" />
      </g>
      <path d="M132 200v-62a26 26 0 0 1 52 0v62z" fill="currentColor" fillOpacity="0.1" />
      <path d="M158 112v88M140 150h10M140 166h10" />
      <path d="M296 200v-62a26 26 0 0 1 52 0v62z" fill="currentColor" fillOpacity="0.1" />
      <path d="M322 112v88M330 150h10M330 166h10" />
      <path d="M4 184h112m-9-6 9 6-9 6M196 184h86m-9-6 9 6-9 6M360 184h112m-9-6 9 6-9 6" strokeDasharray="5 4" />
      <circle cx="240" cy="150" r="17" fill="currentColor" fillOpacity="0.16" />
      <path d="m232 150 6 6 11-12" strokeLinecap="round" />
    </svg>
  )
}
