import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** One case: files, and for each action the rules that must fire. */
export interface Case {
  readonly name: string
  /** Rules that the labels speak of; others are not counted in this case. */
  readonly scope: readonly string[]
  readonly files: { readonly [path: string]: string }
  readonly labels: readonly Label[]
}

/** The label of one action: `//! rule, rule` or `//! ok` on the line where it is declared. */
export interface Label {
  readonly file: string
  readonly line: number
  readonly rules: readonly string[]
}

/** A line that is a guard: without it, `rule` must fire. `//@ rule` at its end. */
export interface GuardLine {
  readonly file: string
  readonly line: number
  readonly rule: string
}

const here = dirname(fileURLToPath(import.meta.url))

/** Every case of `fixtures/*.txt`. `=== name`, `scope: …`, `--- path`, then the file. `fixtures/prelude.txt` is part of each. */
export function readCases(): Case[] {
  const folder = join(here, 'fixtures')
  const prelude = splitFiles(readFileSync(join(folder, 'prelude.txt'), 'utf8'))
  return readdirSync(folder)
    .filter((name) => name.endsWith('.txt') && name !== 'prelude.txt')
    .sort()
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').split(/^=== /m).slice(1).map((text) => readCase(text, name.replace('.txt', ''), prelude)))
}

function readCase(text: string, group: string, prelude: { readonly [path: string]: string }): Case {
  const name = text.slice(0, text.indexOf('\n')).trim()
  const scope = /^scope: (.*)$/m.exec(text)?.[1]?.split(',').map((rule) => rule.trim()) ?? []
  const own = splitFiles(text)
  const labels = Object.entries(own).flatMap(([file, content]) =>
    content.split('\n').flatMap((line, index) => {
      const label = /\/\/! (.*)$/.exec(line)?.[1]
      return label === undefined ? [] : [{ file, line: index + 1, rules: label === 'ok' ? [] : label.split(',').map((rule) => rule.trim()) }]
    }),
  )
  // A label is no part of the code: a comment that it stands in would read differently.
  const bare = Object.fromEntries(Object.entries(own).map(([file, content]) => [file, content.replace(/[ \t]*\/\/! .*$/gm, '')]))
  return { name: `${group}/${name}`, scope, files: { ...prelude, ...bare }, labels }
}

function splitFiles(text: string): { [path: string]: string } {
  return Object.fromEntries(
    text.split(/^--- /m).slice(1).map((part) => {
      const end = part.indexOf('\n')
      return [part.slice(0, end).trim(), part.slice(end + 1)]
    }),
  )
}

/** Lines that are marked as guards. */
export function guardsOf(one: Case): GuardLine[] {
  return Object.entries(one.files).flatMap(([file, content]) =>
    content.split('\n').flatMap((line, index) => {
      const rule = /\/\/@ ?(\S*)$/.exec(line)?.[1]
      return rule === undefined ? [] : [{ file, line: index + 1, rule: rule === '' ? 'missing-authentication' : rule }]
    }),
  )
}

/** The files of a case without one line. */
export function without(one: Case, guard: GuardLine): { [path: string]: string } {
  const text = one.files[guard.file] ?? ''
  return { ...one.files, [guard.file]: text.split('\n').map((line, index) => (index + 1 === guard.line ? '' : line)).join('\n') }
}
