import { Buttons } from '../components/buttons'
import { onServer } from '../lib/server-side'
export default function Page() {
  const secret = String(Math.random())
  async function captured() {
    'use server'
    console.log(secret)
  }
  return (
    <main>
      <Buttons />
      <form action={captured}><button>a</button></form>
      <form action={onServer}><button>b</button></form>
      <form action={async () => { 'use server'; console.log('inline') }}><button>c</button></form>
    </main>
  )
}
