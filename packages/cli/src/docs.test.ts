import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Command } from 'commander'
import { knownLibraries, rules } from '@sallyport/check'
import { describe, expect, it } from 'vitest'
import { commands } from './commands.ts'

const read = (page: string): string => readFileSync(fileURLToPath(new URL(`../../../docs/${page}.md`, import.meta.url)), 'utf8')

/** Options that a page names and that are those of something else: git, npm, npx, a bench, other commands of ours. */
const OF_OTHERS: ReadonlySet<string> = new Set([
  '--scaling', '--no-install', '--since=2026-01-01', '--pre-commit', '--no-banner', '--experimental-strip-types',
])

function optionsOf(command: Command): readonly string[] {
  return [...command.options.map(({ long }) => long ?? ''), '--help', ...command.commands.flatMap(optionsOf)]
}

describe('the docs of the command', () => {
  it.each([
    ['check', ['check', 'report', 'audit']],
    ['scan', ['scan']],
    ['audit', ['audit']],
    ['secrets', ['secrets', 'scan']],
    ['identities', ['identities']],
  ] as const)('%s.md names no option that there is not', async (page, names) => {
    const loaded = await Promise.all(names.map((name) => (commands[name] as (typeof commands)[string]).load()))
    const known = new Set(loaded.flatMap(optionsOf))
    const named = [...read(page).matchAll(/(?<![\w-])--[a-z][a-z-]*(?:=\d{4}[\d-]*)?/g)].map(([option]) => option)
    expect(named.length).toBeGreaterThan(5)
    expect([...new Set(named)].filter((option) => !known.has(option) && !OF_OTHERS.has(option))).toEqual([])
  })

  it('list every rule of check with its level, and say how many libraries are built in', () => {
    const page = read('check')
    const listed = [...page.matchAll(/^\| ([a-z-]+) \| (error|warning|note) \|/gm)].map(([, id, level]) => `${id} ${level}`)
    expect(listed.toSorted()).toEqual(rules.map(({ id, level }) => `${id} ${level}`).toSorted())
    expect(page).toContain(`The ${knownLibraries.length} that are built in`)
  })
})
