import { DefinitionError } from '../errors/sallyport-error.ts'

/** @throws DefinitionError for what is no amount. Infinity is none: no store can count to it. */
export function requireAmount(what: string, value: unknown): void {
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) throw new DefinitionError(`${what} is ${String(value)}. It has to be a number that is finite and not negative.`)
}
