'use client'

import { useId } from 'react'
import { useAction } from 'sallyport/react'
import { answerGrant, giveGrant, revokeGrant } from '../exposed/grants.ts'
import { Field } from './field.tsx'
import { ResultNotice } from './result.tsx'
import { useFreshPage } from './use-fresh-page.ts'

const CODES = {
  CONFLICT: 'It was answered meanwhile, or is over.',
  FORBIDDEN: 'Nobody gives what they don’t hold.',
  NOT_FOUND: 'This is not yours to answer.',
} as const

/** Gives an agent what it asked for, to act for the person who gives it; or refuses. */
export function AnswerForm({ requestId, agent, actions, uses }: { readonly requestId: string; readonly agent: string; readonly actions: string; readonly uses: number }) {
  const { result, isPending, execute } = useAction(answerGrant, useFreshPage())
  return (
    <form className="stack-tight" action={execute}>
      <input type="hidden" name="requestId" value={requestId} />
      <input type="hidden" name="forMe" value="true" />
      <div className="row">
        <label className="row" style={{ margin: 0, flexWrap: 'nowrap' }}>
          Uses <input name="uses" type="number" min={1} max={20} defaultValue={uses} required style={{ width: '4.25rem', fontWeight: 400 }} aria-label={`Uses of ${actions} by ${agent}`} />
        </label>
        <button className="button small" name="decision" value="give" disabled={isPending} aria-label={`Give ${actions} to ${agent}`}>Give</button>
        <button className="button small grave" name="decision" value="refuse" disabled={isPending} aria-label={`Refuse ${actions} to ${agent}`}>Refuse</button>
      </div>
      <ResultNotice result={result} returnTo="/grants" codes={CODES} done="Answered." />
    </form>
  )
}

/** Takes a grant back. The next call already finds nothing. */
export function RevokeGrantForm({ grantId, label }: { readonly grantId: string; readonly label: string }) {
  const { result, isPending, execute } = useAction(revokeGrant, useFreshPage())
  return (
    <form className="stack-tight" action={execute}>
      <input type="hidden" name="grantId" value={grantId} />
      <div><button className="button small grave" disabled={isPending} aria-label={`Revoke ${label}`}>{isPending ? 'Revoking …' : 'Revoke'}</button></div>
      <ResultNotice result={result} returnTo="/grants" codes={CODES} done="It opens nothing any more." />
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
  const { result, isPending, execute } = useAction(giveGrant, useFreshPage())
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
        <Choose name="actor" label="To" options={agents} />
        <Choose name="action" label="To call" options={actions.map((name) => ({ id: name, name }))} />
        <Field name="uses" label="How often" type="number" min={1} max={20} defaultValue={1} required result={result} />
        <Field name="minutes" label="For how many minutes" type="number" min={1} max={60} defaultValue={15} required result={result} />
      </div>
      <ResultNotice result={result} returnTo="/grants" codes={CODES} done={<>It is given. An agent elsewhere names it in a header: <code>sallyport-grant: {result.data?.grant.id}</code></>} />
      <div><button className="button" disabled={isPending}>{isPending ? 'Giving …' : 'Give'}</button></div>
    </form>
  )
}

function Choose({ name, label, options }: { readonly name: string; readonly label: string; readonly options: readonly Choice[] }) {
  const id = useId()
  return <div><label htmlFor={id}>{label}</label><select id={id} name={name}>{options.map((option) => <option key={option.id} value={option.id}>{option.name}</option>)}</select></div>
}
