import { has, union, CALLER, NOW, type Labels } from './labels.ts'
import type { BuilderRule } from '../libraries/types.ts'
import type { Effect } from './facts.ts'
import type { FunctionLike, Node } from '../syntax/ast.ts'
import type { Module } from '../syntax/module.ts'
import type { Machine } from './machine.ts'
import type { Scope } from './scope.ts'

/** A value as far as it is known without running anything. */
export type Value = Unknown | Const | Obj | List | Fn | Lib | Native | ClassValue | Namespace | Promised

interface Labelled {
  readonly labels: Labels
}

/** Anything. `truthy` where at least that is known. */
export interface Unknown extends Labelled {
  readonly kind: 'unknown'
  readonly truthy?: boolean
  /** The expression that made it, for audits of schemas and for names in evidence. */
  readonly name?: string
  /** What its elements are, where it is an array of any length. */
  readonly item?: Value
  /** A schema let it through without reading it at all, or without reading what names it has. */
  readonly loose?: 'all' | 'names'
  /** The name of the error whose class it was asked for. */
  readonly about?: string
}

/** A primitive that is known. */
export interface Const extends Labelled {
  readonly kind: 'const'
  readonly value: string | number | boolean | null | undefined
}

/** An object whose properties are known as far as listed; `rest` is what the others may be. */
export interface Obj extends Labelled {
  readonly kind: 'object'
  readonly properties: Map<string, Value>
  readonly rest?: Value
  /** The class that it is an instance of. */
  readonly of?: ClassValue
}

/** An array whose elements are known. */
export interface List extends Labelled {
  readonly kind: 'list'
  readonly items: readonly Value[]
}

/** A function of the code base, with the scope that it closes over. */
export interface Fn extends Labelled {
  readonly kind: 'function'
  readonly node: FunctionLike
  readonly module: Module
  readonly scope: Scope | undefined
  readonly self?: Value
  readonly bound?: readonly Value[]
  readonly name?: string
}

/** One call on the way to a value of a library. */
export interface ChainCall {
  readonly name: string
  readonly args: readonly Value[]
  readonly node: Node
  readonly module: Module
}

/** Something of a library, known by the path that led to it. */
export interface Lib extends Labelled {
  readonly kind: 'lib'
  readonly package: string
  readonly path: string
  /** Names a file of the code base that is not there. */
  readonly missing?: boolean
  readonly calls: readonly ChainCall[]
  /** The effect that the rest of the chain belongs to. */
  readonly effect?: Effect
  /** The builder that the chain began with. */
  readonly builder?: BuilderRule
}

/** A function that the checker itself provides: `next` of a middleware, a method of an array. */
export interface Native extends Labelled {
  readonly kind: 'native'
  /** It outlives the run that made it: what runs it is passed in. */
  readonly call: (machine: Machine, args: readonly Value[], node: Node) => Value
  /** Methods that give it back. */
  readonly same?: readonly string[]
  /** The same procedure, called with this context. */
  readonly within?: (context: Value) => Native
  /** The chain of Sallyport's builder that made it. */
  readonly chain?: readonly ChainCall[]
}

/** A class of the code base. */
export interface ClassValue extends Labelled {
  readonly kind: 'class'
  readonly node: Node & { type: 'ClassDeclaration' | 'ClassExpression' }
  readonly module: Module
  readonly scope: Scope | undefined
}

/** `import * as name`, of a module of the code base. */
export interface Namespace extends Labelled {
  readonly kind: 'namespace'
  readonly module: Module
}

/** What an async call gives until it is awaited: there, whatever comes of it. */
export interface Promised extends Labelled {
  readonly kind: 'promise'
  readonly value: Value
  /** Labels of what it is surely rejected with. */
  readonly rejected?: Labels
}

/** A promise of a value. */
export function promised(value: Value): Promised {
  return value.kind === 'promise' ? value : { kind: 'promise', value, labels: deepLabels(value) }
}

/** A promise that is surely rejected. */
export function rejection(labels: Labels): Promised {
  return { kind: 'promise', value: unknown(labels), labels, rejected: labels }
}

/** What a promise is of, whether it is kept or not. */
export function promisedValue(value: Value): Value {
  return value.kind === 'promise' ? value.value : value
}

/** Nothing known but labels. */
export function unknown(labels: Labels = 0, name?: string): Unknown {
  return name === undefined ? { kind: 'unknown', labels } : { kind: 'unknown', labels, name }
}

/** A known primitive. */
export function constant(value: Const['value'], labels: Labels = 0): Const {
  return { kind: 'const', value, labels }
}

export const undefinedValue: Const = constant(undefined)

/** Whether a value is true or false in a condition; undefined where it can't be known. */
export function truth(value: Value): boolean | undefined {
  if (value.kind === 'const') return Boolean(value.value)
  if (value.kind === 'unknown') return value.truthy
  return isOpen(value) ? undefined : true
}

/** What a call of a library gave may be anything, but for an object that `new` made and an answer. */
function isOpen(value: Value): boolean {
  return value.kind === 'lib' && value.path.endsWith(')') && value.calls.at(-1)?.node.type !== 'NewExpression' && !/^(?:Next)?Response\.\w+\(\)$/.test(value.path)
}

/** True for null and undefined; undefined where it can't be known. */
export function nullish(value: Value): boolean | undefined {
  if (value.kind === 'const') return value.value == null
  if (value.kind === 'unknown') return value.truthy === true ? false : undefined
  return isOpen(value) ? undefined : false
}

/** The same value with more labels. */
export function labelled(value: Value, labels: Labels): Value {
  const all = union(value.labels, labels)
  return all === value.labels ? value : { ...value, labels: all }
}

/** The same value with exactly these labels. */
export function relabelled(value: Value, labels: Labels): Value {
  return labels === value.labels ? value : { ...value, labels }
}

/** Labels of a value and of all that it holds. */
export function deepLabels(value: Value, depth = 0): Labels {
  return depth <= 4 && (value.kind === 'object' || value.kind === 'list') ? heldLabels(value, depth) : value.labels
}

function heldLabels(value: Obj | List, depth: number): Labels {
  let labels = value.labels
  if (value.kind === 'list') for (const item of value.items) labels = union(labels, deepLabels(item, depth + 1))
  else {
    for (const item of value.properties.values()) labels = union(labels, deepLabels(item, depth + 1))
    if (value.rest) labels = union(labels, deepLabels(value.rest, depth + 1))
  }
  return labels
}

/** Labels of all of a value that the code does not know already. */
export function openLabels(value: Value, depth = 0): Labels {
  if (value.kind === 'const') return 0
  if (depth > 4 || value.kind !== 'object') return value.kind === 'list' ? value.items.reduce((labels, item) => union(labels, openLabels(item, depth + 1)), 0) : value.labels
  let labels = value.rest ? openLabels(value.rest, depth + 1) : 0
  for (const item of value.properties.values()) labels = union(labels, openLabels(item, depth + 1))
  return labels
}

function isUseful({ kind }: Value): boolean {
  return kind === 'lib' || kind === 'function' || kind === 'native' || kind === 'class'
}

function isPlain({ kind }: Value): boolean {
  return kind === 'unknown' || kind === 'const'
}

/** What a value is, if it may be either. */
export function join(left: Value, right: Value): Value {
  if (left === right) return left
  const labels = union(left.labels, right.labels)
  if (left.kind === 'const' && right.kind === 'const' && left.value === right.value) return constant(left.value, labels)
  if (left.kind === 'promise' || right.kind === 'promise') {
    const both = left.kind === 'promise' && right.kind === 'promise' && left.rejected !== undefined && right.rejected !== undefined
    return both ? rejection(labels) : promised(join(promisedValue(left), promisedValue(right)))
  }
  // What can be called or queried is the more useful half: the other is mostly `undefined` or a cached copy.
  if (isUseful(left) && isPlain(right)) return relabelled(left, labels)
  if (isUseful(right) && isPlain(left)) return relabelled(right, labels)
  if (left.kind === 'lib' && right.kind === 'lib') return relabelled(left, labels)
  // A client, or a stand-in for it in tests.
  if (left.kind === 'lib' && right.kind === 'object' && right.of) return relabelled(left, labels)
  if (right.kind === 'lib' && left.kind === 'object' && left.of) return relabelled(right, labels)
  if (left.kind === 'object' && right.kind === 'object') {
    const properties = new Map<string, Value>()
    for (const key of new Set([...left.properties.keys(), ...right.properties.keys()])) {
      properties.set(key, join(left.properties.get(key) ?? left.rest ?? undefinedValue, right.properties.get(key) ?? right.rest ?? undefinedValue))
    }
    const rest = left.rest && right.rest ? join(left.rest, right.rest) : (left.rest ?? right.rest)
    return rest ? { kind: 'object', properties, labels, rest } : { kind: 'object', properties, labels }
  }
  const known = truth(left)
  // What is either kept or of now is a time, and not that of now.
  const deep = union(deepLabels(left), deepLabels(right)) & ~NOW
  const truthy = known === truth(right) ? known : undefined
  return truthy === undefined ? unknown(deep) : { kind: 'unknown', labels: deep, truthy }
}

/** An object literal of known properties. */
export function object(properties: { readonly [name: string]: Value }, labels: Labels = 0, rest?: Value): Obj {
  const map = new Map(Object.entries(properties))
  return rest ? { kind: 'object', properties: map, labels, rest } : { kind: 'object', properties: map, labels }
}

/** True if any of it was chosen by the caller. */
export function fromCaller(value: Value): boolean {
  return has(deepLabels(value), CALLER)
}
