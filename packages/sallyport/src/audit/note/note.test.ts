import { describe, expect, it } from 'vitest'
import { openCheckpoint, readCheckpoint, signCheckpoint } from './checkpoint.ts'
import { generateSigner, parseSigner, parseVerifier } from './key.ts'
import { openNote, parseNote, signNote, signatureLine } from './note.ts'

// The example of the signed note format's reference implementation.
const PETER = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'
const PETER_SIGNED = `If you think cryptography is the answer to your problem,
then you don't know what your problem is.

— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
`
// The example request of C2SP tlog-witness: its checkpoint.
const SOFA = `example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
`

const pair = generateSigner('shop.example/audit')
const signer = parseSigner(pair.signerText)
const verifier = parseVerifier(pair.verifierText)

describe('signed notes', () => {
  it('accepts the example of the format, and no change of it', () => {
    expect(openNote(parseNote(PETER_SIGNED), [parseVerifier(PETER)])).toHaveLength(1)
    expect(() => openNote(parseNote(PETER_SIGNED.replace('answer', 'anwser')), [parseVerifier(PETER)])).toThrow(/does not hold/)
  })

  it('reads the example of the checkpoint format', () => {
    expect(readCheckpoint(SOFA)).toMatchObject({ origin: 'example.com/behind-the-sofa', size: 20_852_163 })
  })

  it('signs, with several keys during a rotation, and ignores keys it does not know', () => {
    const next = generateSigner('shop.example/audit')
    const note = signNote('text\n', [signer, parseSigner(next.signerText)])
    expect(openNote(parseNote(note), [verifier])).toHaveLength(1)
    expect(openNote(parseNote(note), [verifier, parseVerifier(next.verifierText)])).toHaveLength(2)
    expect(() => openNote(parseNote(note), [parseVerifier(PETER)])).toThrow(/none of the known keys/)
  })

  it('refuses every malformed note', () => {
    const note = signNote('text\n', [signer])
    for (const bad of ['', 'text\n', note.slice(0, -1), note.replace('— ', '- '), note.replace('\n\n', '\n'), `${note}\n`, note.replace('text', 'te\tt')]) {
      expect(() => openNote(parseNote(bad), [verifier])).toThrow()
    }
  })

  it('refuses keys whose id, name or bytes were changed', () => {
    expect(() => parseVerifier(PETER.replace('c74f20a3', 'c74f20a4'))).toThrow(/id does not belong/)
    expect(() => parseVerifier(PETER.replace('Peter', 'Petra'))).toThrow(/id does not belong/)
    expect(() => parseSigner(pair.signerText.slice(0, -8))).toThrow(/not a signer/)
    expect(() => generateSigner('two words')).toThrow(/no spaces/)
  })

  it('checks a witness’ timestamped cosignature', () => {
    const witness = generateSigner('witness.example/w1', 'cosignature')
    const text = 'shop.example/audit\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n'
    const note = `${text}\n${signatureLine(parseSigner(witness.signerText), text, 1_679_315_147)}`
    expect(openNote(parseNote(note), [parseVerifier(witness.verifierText)])).toHaveLength(1)
    expect(() => openNote(parseNote(note.replace('\n1\n', '\n2\n')), [parseVerifier(witness.verifierText)])).toThrow(/does not hold/)
  })
})

describe('checkpoints', () => {
  const root = Buffer.alloc(32, 9)
  const note = signCheckpoint({ origin: 'shop.example/audit', size: 42, root }, [signer])

  it('says origin, size and root, under a signature', () => {
    expect(openCheckpoint(note, [verifier], 'shop.example/audit')).toMatchObject({ origin: 'shop.example/audit', size: 42, root })
    expect(() => openCheckpoint(note, [verifier], 'other.example/audit')).toThrow(/another log/)
  })

  it('finds a change of any byte', () => {
    const bytes = Buffer.from(note)
    for (let at = 0; at < bytes.length; at += 1) {
      const bent = Buffer.from(bytes)
      bent[at] = (bent[at] ?? 0) ^ 1
      expect(() => openCheckpoint(bent.toString(), [verifier], 'shop.example/audit'), `byte ${at}`).toThrow()
    }
  })
})
