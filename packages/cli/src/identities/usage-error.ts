/** Something that the user has to put right. */
export class RegistryUsageError extends Error {
  override readonly name = 'RegistryUsageError'
}
