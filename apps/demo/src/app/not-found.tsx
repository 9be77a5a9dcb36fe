import Link from 'next/link'

export default function NotFound() {
  return (
    <main className="empty stack" style={{ paddingBlock: '18vh' }}>
      <h1>There is nothing here that you can see</h1>
      <p>It may not exist, or it may not be yours. The answer is the same.</p>
      <p><Link href="/">Back to the overview</Link></p>
    </main>
  )
}
