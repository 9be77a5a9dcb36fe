import type { CallRecord } from '../audit/calls.ts'
import { innerDoor, outerDoor, type ControlState } from './controls.ts'
import css from './doors.module.css'
import { Moment } from './format.tsx'

const WORDS: Readonly<Record<CallRecord['outcome'], { readonly text: string; readonly tone: string }>> = {
  success: { text: 'Done', tone: 'passed' },
  navigated: { text: 'Done, and sent on', tone: 'passed' },
  refused: { text: 'Refused', tone: 'refused' },
  failed: { text: 'Failed', tone: 'refused' },
  aborted: { text: 'Broken off', tone: 'waiting' },
  unknown: { text: 'Unknown', tone: 'waiting' },
  running: { text: 'Running', tone: 'accent' },
}

/** How the call ended, as a badge. */
export function OutcomeBadge({ call }: { readonly call: CallRecord }) {
  const waits = call.code === 'APPROVAL_REQUIRED' || call.code === 'APPROVAL_PENDING'
  const { text, tone } = waits ? { text: 'Waits for approval', tone: 'waiting' } : WORDS[call.outcome]
  return <span className="badge" data-tone={tone}>{text}</span>
}

/** One call, drawn as its way through the two doors. */
export function Doors({ call, checked = [] }: { readonly call: CallRecord; readonly checked?: readonly string[] }) {
  const outer = outerDoor(call, checked)
  const inner = innerDoor(call)
  const outerState = outer.some(({ state }) => state === 'refused') ? 'shut' : outer.some(({ state }) => state === 'waiting') ? 'waiting' : 'open'
  return (
    <div data-call={call.id} data-outcome={call.outcome} data-refused-by={call.control}>
      <div className={css.caption}>
        <code>{call.action}</code>
        <OutcomeBadge call={call} />
        {call.code ? <code className="muted">{call.code}</code> : null}
        <span className="small muted">
          <Moment at={call.time} />{call.durationMs === undefined ? null : ` · ${call.durationMs < 1 ? '<1' : Math.round(call.durationMs)} ms`}
        </span>
      </div>
      <div className={css.doors}>
        <Door name="Outer door" state={outerState} controls={outer} />
        <div className={css.chamber} data-ran={call.ran}>
          <b>handler</b>
          <span>{call.ran ? 'ran' : 'did not run'}</span>
        </div>
        <Door name="Inner door" state={call.ran ? (inner.some(({ state }) => state === 'refused') ? 'shut' : 'open') : 'unreached'} controls={inner} />
      </div>
      <After call={call} />
    </div>
  )
}

function Door({ name, state, controls }: { readonly name: string; readonly state: string; readonly controls: readonly ControlState[] }) {
  return (
    <div className={css.door} data-state={state}>
      <p className={css.name}>{name}</p>
      <ul className={css.controls}>
        {controls.map((control) => (
          <li key={control.name} className={css.control} data-state={control.state} data-control={control.name} title={control.about}>
            <Mark state={control.state} />{control.name}<span className="visually-hidden">: {control.state}</span>
          </li>
        ))}
      </ul>
    </div>
  )
}

function Mark({ state }: { readonly state: ControlState['state'] }) {
  const paths = { passed: 'M2 6.5 5 9.5 10.5 3', refused: 'M2.5 2.5l7 7M9.5 2.5l-7 7', waiting: 'M6 2v4l2.5 2', unreached: 'M2.5 6h7' } as const
  return <svg viewBox="0 0 12 12" fill="none" stroke="currentColor" strokeWidth="1.8" strokeLinecap="round" aria-hidden="true"><path d={paths[state]} /></svg>
}

function After({ call }: { readonly call: CallRecord }) {
  const found = Object.entries(call.findings)
  const lines = [
    found.length > 0 ? `Taken out on the way: ${found.map(([rule, times]) => (times > 1 ? `${rule} (${times} times)` : rule)).join(', ')}.` : null,
    call.disclosed.length > 0 ? `Let out on purpose: ${call.disclosed.join(', ')}.` : null,
    call.resource ? `About: ${call.resource}.` : null,
    call.tokens ? `${call.tokens} tokens.` : null,
  ].filter((line) => line !== null)
  return (
    <p className={css.after}>
      {lines.map((line) => <span key={line}>{line} </span>)}
      <span>Recorded as <code>{call.id}</code>.</span>
    </p>
  )
}
