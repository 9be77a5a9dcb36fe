import { PASS, Refusal, type Control } from '../control.ts'

/** `screening`: looks through every string of the parsed input for known attacks on a model. Rejects, or reports. */
export const screening: Control = {
  name: 'screening',
  prepare({ screening: mode, input, bindArgs }, port) {
    if (mode === 'off' || (input.kind === 'none' && bindArgs.length === 0)) return null
    const { screener } = port
    return (call) => {
      let result = screener.screenValue(call.parsedInput)
      if (!result.flagged && call.bindArgsParsed.length > 0) result = screener.screenValue(call.bindArgsParsed)
      if (typeof result.flagged !== 'boolean') throw new Refusal('UNAVAILABLE', 'the screener returned nothing that can be read')
      if (!result.flagged) return PASS
      // The list is not complete where screening stopped when the score was enough.
      const rules = `screening: ${[...new Set(result.findings.map((finding) => finding.rule))].join(', ')}${result.partial === true ? ', perhaps more' : ''}`
      if (mode === 'reject') throw new Refusal('INPUT_REJECTED', rules)
      call.observe('screening', rules)
      return PASS
    }
  },
}
