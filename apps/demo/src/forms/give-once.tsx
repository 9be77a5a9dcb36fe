'use client'

import { useAction } from 'sallyport/react'
import { answerGrant } from '../exposed/grants.ts'
import { ResultNotice } from './result.tsx'

/** In the chat: gives the assistant what it asked for, once, and lets it try again; or refuses. */
export function GiveOnce({ requestId, busy, onGiven }: { readonly requestId: string; readonly busy: boolean; readonly onGiven: () => void }) {
  const { result, thrownError, isPending, execute } = useAction(answerGrant, {
    onSuccess: ({ data }) => {
      if (data?.status === 'given') onGiven()
    },
  })
  if (result.data !== undefined) return <p className="small muted">{result.data.status === 'given' ? 'You gave it, once.' : 'You refused.'}</p>
  return (
    <div className="stack-tight">
      <div className="row">
        <button type="button" className="button small" disabled={busy || isPending} onClick={() => execute({ requestId, decision: 'give', uses: 1 })}>Give once</button>
        <button type="button" className="button small quiet" disabled={busy || isPending} onClick={() => execute({ requestId, decision: 'refuse' })}>Refuse</button>
      </div>
      {result.serverError || thrownError ? <ResultNotice result={result} thrown={thrownError} returnTo="/assistant" done="" codes={{ CONFLICT: 'It was answered before, or is too late. Ask again.' }} /> : null}
    </div>
  )
}
