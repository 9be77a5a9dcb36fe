import { isRecord, type Json } from '../resolve/json.ts'

/** What a call, a builder and an effect may be said of in a configuration. */
export const callKeys: readonly string[] = ['session', 'under', 'verifies', 'promise', 'authorizes', 'effect', 'style', 'limit', 'counts', 'validates', 'exits', 'asserts', 'passes', 'picks', 'serves', 'gives', 'carries', 'transaction', 'scrubs', 'tells']
export const builderKeys: readonly string[] = ['middleware', 'procedure', 'input', 'bindInput', 'output', 'handler', 'onError', 'tells', 'same', 'inputName', 'contextName']
export const builderNeeds: readonly string[] = ['middleware', 'input', 'handler', 'inputName', 'contextName']
export const effects: readonly string[] = ['db-write', 'db-read', 'file-write', 'file-read', 'command', 'network', 'message', 'payment', 'model', 'storage', 'queue', 'decrypt', 'cookie', 'sign-in', 'password']

/** What is wrong with the description of a library that a configuration gives, if anything. */
export function flawOfLibrary(value: Json, at: string): string | undefined {
  if (!isRecord(value) || typeof value.name !== 'string' || !Array.isArray(value.packages) || !value.packages.every((name) => typeof name === 'string')) return `${at} must be { name, packages, calls, builders }`
  for (const key of Object.keys(value)) if (!['name', 'packages', 'calls', 'builders'].includes(key)) return `${at}: ${key} is not known (name, packages, calls, builders)`
  return flawOfRules(value.calls, `${at}.calls`, callKeys) ?? flawOfEffects(value.calls, `${at}.calls`) ?? flawOfRules(value.builders, `${at}.builders`, builderKeys) ?? flawOfBuilders(value.builders, `${at}.builders`)
}

function flawOfRules(rules: Json | undefined, at: string, known: readonly string[]): string | undefined {
  if (rules === undefined) return undefined
  if (!isRecord(rules)) return `${at} must be an object`
  for (const [pattern, rule] of Object.entries(rules)) {
    if (!isRecord(rule)) return `${at}["${pattern}"] must be an object`
    const odd = Object.keys(rule).find((key) => !known.includes(key))
    if (odd !== undefined) return `${at}["${pattern}"]: ${odd} is not known (${known.join(', ')})`
  }
  return undefined
}

function flawOfEffects(rules: Json | undefined, at: string): string | undefined {
  if (!isRecord(rules)) return undefined
  for (const [pattern, rule] of Object.entries(rules)) {
    if (isRecord(rule) && rule.effect !== undefined && !effects.includes(String(rule.effect))) return `${at}["${pattern}"]: effect must be one of ${effects.join(', ')}`
  }
  return undefined
}

function flawOfBuilders(rules: Json | undefined, at: string): string | undefined {
  if (!isRecord(rules)) return undefined
  for (const [pattern, rule] of Object.entries(rules)) {
    const missing = builderNeeds.find((key) => isRecord(rule) && rule[key] === undefined)
    if (missing !== undefined) return `${at}["${pattern}"]: ${missing} is missing`
  }
  return undefined
}
