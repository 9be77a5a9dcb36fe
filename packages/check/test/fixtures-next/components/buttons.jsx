'use client'
import { imported } from '../lib/actions'
export function Buttons() {
  return <button onClick={() => imported('x')}>go</button>
}
