'use client'

import { useStateAction } from 'sallyport/react'
import { createToken, revokeToken, rotateSecret } from '../exposed/secrets.ts'
import { Field } from './field.tsx'
import { ResultNotice } from './result.tsx'
import { Submit } from './submit.tsx'
import { sentField, useFreshPage } from './use-fresh-page.ts'

/** Flow 2: a new value in the place of a secret. */
export function RotateForm({ name }: { readonly name: string }) {
  const { result, thrownError, isPending, formAction } = useStateAction(rotateSecret, useFreshPage())
  return (
    <form className="stack-tight" action={formAction}>
      <input type="hidden" name="name" value={name} />
      <div className="row">
        <Submit className="button small quiet" name="reason" value="manual" pending={isPending} aria-label={`Rotate ${name}`}>{isPending ? 'Rotating …' : 'Rotate'}</Submit>
        <Submit className="button small grave" name="reason" value="compromised" pending={isPending} aria-label={`${name} is compromised`} title="The old value ends at once, without an overlap">Compromised</Submit>
      </div>
      <ResultNotice
        result={result}
        thrown={thrownError}
        returnTo="/secrets"
        done={<>Version {result.data?.version} is in use. Nobody has seen it. {result.data?.oldVerifies ? 'The one before verifies for ten minutes more.' : 'The one before has ended.'}</>}
        codes={{ UNDER_WAY: 'Its last rotation is not over: the version before still verifies.', NOT_ROTATED: 'The new value did not pass its test. The old one is still in use.' }}
      />
    </form>
  )
}

/** Flow 2: the end of a token. */
export function RevokeForm({ tokenId, name }: { readonly tokenId: string; readonly name: string }) {
  const { result, thrownError, isPending, formAction } = useStateAction(revokeToken, useFreshPage())
  return (
    <form className="stack-tight" action={formAction}>
      <input type="hidden" name="tokenId" value={tokenId} />
      <div><Submit className="button small grave" pending={isPending} aria-label={`Revoke ${name}`}>{isPending ? 'Revoking …' : 'Revoke'}</Submit></div>
      <ResultNotice result={result} thrown={thrownError} returnTo="/secrets" done={result.data?.revoked ? 'It opens nothing any more.' : 'It was revoked before.'} />
    </form>
  )
}

/** A new token. Its value is on this page once, and never again. */
export function CreateTokenForm() {
  const { result, input, thrownError, isPending, formAction } = useStateAction(createToken, useFreshPage())
  const kept = (name: string) => (result.data ? undefined : sentField(input, name))
  return (
    <form className="stack" action={formAction}>
      <div className="fields">
        <Field name="name" label="What it is for" maxLength={40} required result={result} defaultValue={kept('name')} />
        <Field name="holder" label="Who holds it" maxLength={40} required result={result} defaultValue={kept('holder')} />
      </div>
      <ResultNotice
        result={result}
        thrown={thrownError}
        returnTo="/secrets"
        done={<>This is the token. It is shown once: <br /><code data-testid="new-token">{result.data?.value}</code></>}
      />
      <div><Submit className="button" pending={isPending}>{isPending ? 'Making it …' : 'Make a token'}</Submit></div>
    </form>
  )
}
