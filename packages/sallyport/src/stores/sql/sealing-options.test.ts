import { describe, expect, it } from 'vitest'
import { generateSigner, NoteKeyError } from '../../audit/note/key.ts'
import { resolveSealing } from './sealing-options.ts'

describe('sealing options', () => {
  const { signerText } = generateSigner('shop.example/audit')

  it('name the log after the first signer, or as they say', () => {
    expect(resolveSealing({ signers: [signerText] })).toMatchObject({ origin: 'shop.example/audit', everyMs: 1_000 })
    expect(resolveSealing({ signers: [signerText], origin: 'other.example/audit' }).origin).toBe('other.example/audit')
    expect(resolveSealing()).toMatchObject({ signers: [], macSecrets: [] })
  })

  it('say plainly what is missing or wrong, without the secret', () => {
    const unset = undefined as unknown as string
    for (const text of [unset, '']) expect(() => resolveSealing({ signers: [signerText, text] })).toThrow('sealing.signers[1] is not set')
    expect(() => resolveSealing({ signers: [`${signerText},${signerText}`] })).toThrow(NoteKeyError)
    try {
      resolveSealing({ signers: [signerText.slice(0, -2)] })
    } catch (error) {
      expect(String(error)).not.toContain(signerText.slice(-20, -4))
    }
    expect(() => resolveSealing({ macSecret: new Uint8Array(8) })).toThrow(RangeError)
    expect(() => resolveSealing({ everyMs: 0 })).toThrow(RangeError)
  })
})
