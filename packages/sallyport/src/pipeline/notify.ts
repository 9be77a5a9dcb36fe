import type { ApprovalNotice, GrantNotice } from '../approvals/notice.ts'
import type { PortRuntime } from './runtime.ts'

/** Tells of an approval without anybody waiting for it: what was decided stands, whether or not somebody could be told. */
export function notify(port: PortRuntime, notice: ApprovalNotice | GrantNotice, call?: { readonly id: string; readonly definition: { readonly name: string } }): void {
  const { notify: tell } = port
  if (tell === null) return
  void (async () => tell(notice))().catch((cause: unknown) => {
    port.log({ level: 'error', action: call?.definition.name ?? 'approval', correlationId: call?.id ?? ('approvalId' in notice ? notice.approvalId : notice.requestId), control: 'approval', code: 'UNAVAILABLE', reason: `nobody could be told: ${notice.kind}`, cause })
  })
}
