import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { flawOfJson, isRecord, parseLooseJson, type Json } from './resolve/json.ts'
import { builderKeys, builderNeeds, callKeys, effects, flawOfLibrary } from './libraries/flaws.ts'
import { noSuchRule, ruleOf } from './rules/index.ts'
import type { Library } from './libraries/types.ts'
import type { Level } from './types.ts'

/** Settings of a check, as `sallyport.check.json` gives them. */
export interface CheckConfig {
  /** Level of a rule, or `off`. */
  readonly rules?: { readonly [rule: string]: Level | 'off' }
  /** Names of folders to leave out. */
  readonly ignore?: readonly string[]
  /** Descriptions of an application's own libraries, in the form of those that are built in. */
  readonly libraries?: readonly Library[]
  /** Check route handlers too. Default true. */
  readonly routes?: boolean
  /** How many calls deep guards are followed. Default 8. */
  readonly depth?: number
  /** Level from which the command fails. Default `error`. */
  readonly failOn?: Level | 'never'
  /** File with findings that are accepted. */
  readonly baseline?: string
}

/** A configuration that can't be used; the message says where and why. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

/** The name under which a configuration is looked for. */
export const configFile: string = 'sallyport.check.json'

/**
 * Reads the configuration of a folder.
 *
 * @param path a file to read instead of `sallyport.check.json` in `root`
 * @throws {ConfigError} if the file is malformed, or says something that is not in the schema
 */
export function readConfig(root: string, path?: string): CheckConfig {
  const file = path ?? join(root, configFile)
  if (!existsSync(file)) {
    if (path !== undefined) throw new ConfigError(`${path}: there is no such file`)
    return {}
  }
  const text = readFileSync(file, 'utf8')
  const value = parseLooseJson(text)
  if (value === undefined) throw new ConfigError(`${file}: is not valid JSON: ${flawOfJson(text)}`)
  return parseConfig(value, file)
}

const levels = ['error', 'warning', 'note', 'off']

/** Checks a configuration against its schema. @throws {ConfigError} */
export function parseConfig(value: Json, file: string = configFile): CheckConfig {
  const fail = (what: string): never => {
    throw new ConfigError(`${file}: ${what}`)
  }
  if (!isRecord(value)) return fail('must be an object')
  for (const key of Object.keys(value)) if (!(key in configSchema.properties)) fail(`${key} is not a setting (${Object.keys(configSchema.properties).join(', ')})`)
  const strings = (key: string): readonly string[] | undefined => {
    const list = value[key]
    if (list === undefined) return undefined
    return Array.isArray(list) && list.every((item) => typeof item === 'string') ? list.map(String) : fail(`${key} must be a list of strings`)
  }
  if (value.rules !== undefined) {
    if (!isRecord(value.rules)) return fail('rules must be an object')
    for (const [rule, level] of Object.entries(value.rules)) {
      if (!ruleOf(rule)) fail(`rules: ${noSuchRule(rule)}`)
      if (!levels.includes(String(level))) fail(`rules: ${rule} must be one of ${levels.join(', ')}`)
    }
  }
  if (value.routes !== undefined && typeof value.routes !== 'boolean') fail('routes must be true or false')
  if (value.depth !== undefined && (typeof value.depth !== 'number' || value.depth < 1 || value.depth > 16)) fail('depth must be a number from 1 to 16')
  if (value.failOn !== undefined && !['error', 'warning', 'note', 'never'].includes(String(value.failOn))) fail('failOn must be error, warning, note or never')
  if (value.baseline !== undefined && typeof value.baseline !== 'string') fail('baseline must be the name of a file')
  if (value.libraries !== undefined) {
    if (!Array.isArray(value.libraries)) return fail('libraries must be a list of { name, packages, calls, builders }')
    value.libraries.forEach((one, index) => {
      const flaw = flawOfLibrary(one, `libraries[${index}]`)
      if (flaw !== undefined) fail(flaw)
    })
  }
  strings('ignore')
  // Every property has been checked above.
  return value as CheckConfig
}

const anything = (keys: readonly string[]): { readonly [key: string]: object } => Object.fromEntries(keys.map((key) => [key, {}]))

/** JSON Schema of the configuration file, for editors. */
export const configSchema: { readonly properties: { readonly [name: string]: object }; readonly [keyword: string]: unknown } = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Configuration of sallyport check',
  type: 'object',
  additionalProperties: false,
  properties: {
    $schema: { type: 'string' },
    rules: { type: 'object', description: 'Level of a rule, or off', additionalProperties: { enum: levels } },
    ignore: { type: 'array', items: { type: 'string' }, description: 'Names of folders to leave out' },
    libraries: {
      type: 'array',
      description: 'Descriptions of your own libraries',
      items: { type: 'object', required: ['name', 'packages'], additionalProperties: false, properties: {
        name: { type: 'string' },
        packages: { type: 'array', items: { type: 'string' } },
        calls: { type: 'object', description: 'By the pattern of the path that is called', additionalProperties: { type: 'object', additionalProperties: false, properties: { ...anything(callKeys), effect: { enum: effects } } } },
        builders: { type: 'object', description: 'By the pattern of the path that starts them', additionalProperties: { type: 'object', additionalProperties: false, required: builderNeeds, properties: anything(builderKeys) } },
      } },
    },
    routes: { type: 'boolean', description: 'Check route handlers too', default: true },
    depth: { type: 'integer', minimum: 1, maximum: 16, default: 8, description: 'How many calls deep guards are followed' },
    failOn: { enum: ['error', 'warning', 'note', 'never'], default: 'error' },
    baseline: { type: 'string', description: 'File with accepted findings' },
  },
}
