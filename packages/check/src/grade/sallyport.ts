import { graded } from './states.ts'
import { lineIn, columnAt } from '../syntax/parse.ts'
import type { ChainCall, Value } from '../derive/value.ts'
import type { Trace } from '../derive/facts.ts'
import { controls, type Control, type Grade } from '../types.ts'

function text(value: Value | undefined): string {
  return value?.kind === 'const' ? String(value.value) : ''
}

function at(call: ChainCall): Trace {
  return { file: call.module.path, line: lineIn(call.module, call.node.end), column: columnAt(call.module.text, call.node.start), text: `.${call.name}(…)`, chain: [] }
}

/** The posture of an action of Sallyport, read from the chain that defines it. */
export function sallyportGrades(chain: readonly ChainCall[]): Partial<Record<Control, Grade>> {
  const find = (name: string): ChainCall | undefined => chain.findLast((call) => call.name === name)
  const last = chain.at(-1)
  const evidence = (call: ChainCall | undefined): Trace[] => (call ? [at(call)] : last ? [at(last)] : [])
  const always = (reason: string): Grade => graded('present', reason, evidence(undefined))
  const grades: Partial<Record<Control, Grade>> = {
    'server-only': always('the library\'s entry can\'t be bundled for a client'),
    size: always('the pipeline limits the size of the input'),
    origin: always('the pipeline compares the origin, and refuses a missing one'),
    'rate-limit': always('the limits of the caller\'s tier hold'),
    audit: always('the intent is recorded before the handler runs'),
    scrubbing: always('the inner door scrubs what is returned'),
    'error-sanitization': always('a caller gets a code, a safe message and a correlation id'),
    screening: always('the port screens text fields'),
  }
  const open = find('public')
  const authorize = find('authorize')
  grades.authentication = open ? graded('waived', `public: ${text(open.args[0])}`, evidence(open)) : graded('present', 'every action that is not public asks for a principal', evidence(authorize))
  if (open) grades.authorization = graded('waived', `public: ${text(open.args[0])}`, evidence(open))
  else if (authorize) grades.authorization = graded('present', `needs ${text(authorize.args[0])}`, evidence(authorize))
  if (!open) grades.grant = always('an agent or a service needs a live grant beside its rights')
  const input = find('inputSchema')
  if (input) grades.validation = graded('present', 'inputSchema', evidence(input))
  else if (find('noInput')) grades.validation = graded('present', 'takes no input', evidence(find('noInput')))
  const output = find('outputSchema') ?? find('outputStream')
  if (output) grades.projection = graded('present', output.name, evidence(output))
  for (const [method, control] of [['approval', 'approval'], ['tokens', 'token-budget'], ['limit', 'rate-limit']] as const) {
    const call = find(method)
    if (call) grades[control] = graded('present', `.${method}(…)`, evidence(call))
  }
  const screening = find('screening')
  if (screening && text(screening.args[0]) !== 'reject') grades.screening = graded(text(screening.args[0]) === 'off' ? 'absent' : 'present', `screening is set to ${text(screening.args[0])}`, evidence(screening))
  for (const call of chain) {
    const control = controls.find((one) => one === text(call.args[0]))
    if (control === undefined) continue
    if (call.name === 'waive') grades[control] = graded('waived', text(call.args[1]) || 'no reason that can be read', evidence(call))
    if (call.name === 'observe') grades[control] = graded('waived', `observed only, until ${text(call.args[2])}: ${text(call.args[1])}`, evidence(call))
  }
  return grades
}
