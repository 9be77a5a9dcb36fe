import { evaluate } from './expressions.ts'
import { expressionValue, globalValue } from './globals.ts'
import { invoke } from './calls.ts'
import { kept } from './counters.ts'
import { inner } from './scope.ts'
import { keyName } from '../syntax/ast.ts'
import type { Machine } from './machine.ts'
import type { ClassValue, Fn, Value } from './value.ts'

const depthLimit = 8

/** A method or a field of a class, its own or inherited. `self` is the instance, or the class for static members. */
export function classMember(machine: Machine, of: ClassValue, name: string, self: Value, depth = 0): Value | undefined {
  const wantStatic = self.kind === 'class'
  for (const part of of.node.body.body) {
    if (!('key' in part) || !('value' in part) || part.type.startsWith('TS')) continue
    if (part.static !== wantStatic || keyName(part.key, part.computed) !== name) continue
    const scope = inner(of.scope)
    if (part.type !== 'MethodDefinition') {
      if (!part.value) return undefined
      scope.set('this', self)
      const value = evaluate(machine, part.value, scope, of.module)
      return self.kind === 'class' || machine.shared.isFixed(self) ? kept(machine, value) : value
    }
    const method: Fn = { kind: 'function', node: part.value, module: of.module, scope, self, labels: 0, name }
    return part.kind === 'get' ? invoke(machine, method, [], part, of.module) : method
  }
  const parent = of.node.superClass
  if (!parent || depth > depthLimit) return undefined
  const value = parent.type === 'Identifier' && !of.scope ? globalValue(machine, of.module, parent.name) : expressionValue(machine, of.module, parent)
  return value.kind === 'class' ? classMember(machine, value, name, self.kind === 'class' ? value : self, depth + 1) : undefined
}
