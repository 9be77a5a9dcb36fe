import { UsageError, type AuditHost } from './host.ts'

/** Texts of the log's signers. They come from the environment, never from arguments, which other users of the machine can read. */
export function signersOf({ environment }: AuditHost): readonly string[] {
  return (environment['SALLYPORT_AUDIT_SIGNER'] ?? '').split(',').map((text) => text.trim()).filter((text) => text !== '')
}

/** The application's `sealing.macSecret`, where it has one of its own. @throws UsageError */
export function macSecretOf({ environment }: AuditHost): Uint8Array | undefined {
  const text = environment['SALLYPORT_AUDIT_MAC_SECRET']?.trim() ?? ''
  if (text === '') return undefined
  const secret = Buffer.from(text, 'base64')
  if (secret.length < 32) throw new UsageError('SALLYPORT_AUDIT_MAC_SECRET is at least 32 bytes in base64')
  return secret
}
