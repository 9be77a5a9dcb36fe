'use client'

import { useId } from 'react'
import { useAction } from 'sallyport/react'
import { answerGrant, giveGrant, revokeGrant } from '../exposed/grants.ts'
import { Field } from './field.tsx'
import { ResultNotice } from './result.tsx'
import { Submit } from './submit.tsx'
import { sentField, useFreshPage } from './use-fresh-page.ts'

const CODES = {
  CONFLICT: 'It was answered meanwhile, or is over.',
  FORBIDDEN: 'Nobody gives what they don’t hold.',
  NOT_FOUND: 'This is not yours to answer.',
} as const

/** Gives an agent what it asked for, to act for the person who gives it; or refuses. */
export function AnswerForm({ requestId, agent, actions, uses }: { readonly requestId: string; readonly agent: string; readonly actions: string; readonly uses: number }) {
  const { result, input, thrownError, isPending, execute } = useAction(answerGrant, useFreshPage())
  return (
    <form className="stack-tight" action={execute}>
      <input type="hidden" name="requestId" value={requestId} />
      <input type="hidden" name="forMe" value="true" />
      <div className="row">
        <label className="row" style={{ margin: 0, flexWrap: 'nowrap' }}>
          Uses <input name="uses" type="number" min={1} max={20} defaultValue={sentField(input, 'uses') ?? uses} required style={{ width: '4.25rem', fontWeight: 400 }} aria-label={`Uses of ${actions} by ${agent}`} />
        </label>
        <Submit className="button small" name="decision" value="give" pending={isPending} aria-label={`Give ${actions} to ${agent}`}>Give</Submit>
        <Submit className="button small grave" name="decision" value="refuse" pending={isPending} aria-label={`Refuse ${actions} to ${agent}`}>Refuse</Submit>
      </div>
      <ResultNotice result={result} thrown={thrownError} returnTo="/grants" codes={CODES} done="Answered." />
    </form>
  )
}

/** Takes a grant back. The next call already finds nothing. */
export function RevokeGrantForm({ grantId, label }: { readonly grantId: string; readonly label: string }) {
  const { result, thrownError, isPending, execute } = useAction(revokeGrant, useFreshPage())
  return (
    <form className="stack-tight" action={execute}>
      <input type="hidden" name="grantId" value={grantId} />
      <div><Submit className="button small grave" pending={isPending} aria-label={`Revoke ${label}`}>{isPending ? 'Revoking …' : 'Revoke'}</Submit></div>
      <ResultNotice result={result} thrown={thrownError} returnTo="/grants" codes={CODES} done="It opens nothing any more." />
    </form>
  )
}

/** What the list of agents and actions to choose from is made of. */
interface Choice {
  readonly id: string
  readonly name: string
}

/** Gives a grant that nobody asked for. The agent then acts for who gave it, and within their rights of that moment. */
export function GiveForm({ agents, actions }: { readonly agents: readonly Choice[]; readonly actions: readonly string[] }) {
  const { result, input, thrownError, isPending, execute } = useAction(giveGrant, useFreshPage())
  // A form resets itself when its call is over: what was refused has to be there to be corrected.
  const sent = result.data || input instanceof FormData ? undefined : input
  const give = (fields: FormData): void =>
    execute({
      actor: String(fields.get('actor')),
      actions: [String(fields.get('action'))],
      forMe: true,
      uses: Number(fields.get('uses')),
      seconds: Number(fields.get('minutes')) * 60,
    })
  return (
    <form className="stack" action={give}>
      <div className="fields">
        <Choose name="actor" label="To" options={agents} chosen={sent?.actor} />
        <Choose name="action" label="To call" options={actions.map((name) => ({ id: name, name }))} chosen={sent?.actions[0]} />
        <Field name="uses" label="How often" type="number" min={1} max={20} defaultValue={sent?.uses ?? 1} required result={result} />
        <Field name="minutes" label="For how many minutes" type="number" min={1} max={60} defaultValue={sent?.seconds === undefined ? 15 : sent.seconds / 60} required result={result} />
      </div>
      <ResultNotice result={result} thrown={thrownError} returnTo="/grants" codes={CODES} done={<>It is given. An agent elsewhere names it in a header: <code>sallyport-grant: {result.data?.grant.id}</code></>} />
      <div><Submit className="button" pending={isPending}>{isPending ? 'Giving …' : 'Give'}</Submit></div>
    </form>
  )
}

function Choose({ name, label, options, chosen }: { readonly name: string; readonly label: string; readonly options: readonly Choice[]; readonly chosen: string | undefined }) {
  const id = useId()
  // By its key a new element: React takes no other default into one that is there.
  return <div><label htmlFor={id}>{label}</label><select key={chosen} id={id} name={name} defaultValue={chosen}>{options.map((option) => <option key={option.id} value={option.id}>{option.name}</option>)}</select></div>
}
