import type { Principal } from '../identity/principal.ts'
import type { CallRequest } from '../lib/call-request.ts'
import type { AnyAction } from './action.ts'
import type { ActionResult } from './result.ts'

type OwnResult<Input, Data> = Promise<ActionResult<Data, Input>>

/** An action that the library defines itself, told by what goes in and what comes out. */
export interface OwnAction<Input, Data> extends Omit<AnyAction, 'call' | 'resume'> {
  (...args: undefined extends Input ? [input?: Input] : [input: Input | FormData]): OwnResult<Input, Data>
  resume(approvalId: string): OwnResult<Input, Data>
  /** Calls it from outside a request. Every control but `origin`, the address limit and the identity provider holds. */
  call(call: {
    readonly principal: Principal
    readonly input: Input
    readonly approval?: string
    readonly signal?: AbortSignal
    readonly request?: Partial<CallRequest>
  }): OwnResult<Input, Data>
}
