import { useId } from 'react'
import type { AnyResult } from './result.tsx'

/** A labelled text field, with what is wrong with it. */
export function Field({ name, label, result, wide = false, hideLabel = false, ...input }: {
  readonly name: string
  readonly label: string
  readonly result: AnyResult
  readonly wide?: boolean
  /** For fields that stand in a table, whose row says what they are. */
  readonly hideLabel?: boolean
} & React.ComponentProps<'input'>) {
  const id = useId()
  const problem = problemOf(result, name)
  return (
    <div className={wide ? 'wide' : undefined}>
      <label className={hideLabel ? 'visually-hidden' : undefined} htmlFor={id}>{label}</label>
      <input id={id} name={name} aria-invalid={problem ? true : undefined} aria-describedby={problem ? `${id}-problem` : undefined} {...input} />
      {problem ? <p className="problem" id={`${id}-problem`}>{problem}</p> : null}
    </div>
  )
}

function problemOf(result: AnyResult, name: string): string | undefined {
  const errors = result.validationErrors as Readonly<Record<string, { readonly _errors?: readonly string[] } | undefined>> | undefined
  return errors?.[name]?._errors?.[0]
}
