// What test runs came to, and how that is told: a log is read from its end, so what failed comes last, before the counts.

/** A test by its file and its full name. */
export interface NamedTest {
  readonly file: string
  readonly name: string
}

/** A test with the first lines of what went wrong: at the end, or at the first try. */
export interface FailedTest extends NamedTest {
  readonly error: string
}

/** A test that did not run, and why where its name does not say it. */
export interface SkippedTest extends NamedTest {
  readonly reason: string
}

/** What a run came to. What passed at a second try is in `passed`, and by name in `flaky`. Of a file whose process died nothing has passed. */
export interface Tally {
  readonly passed: number
  readonly failed: readonly FailedTest[]
  readonly flaky: readonly FailedTest[]
  readonly skipped: readonly SkippedTest[]
}

/** Several runs as one. */
export function sum(tallies: readonly Tally[]): Tally {
  return {
    passed: tallies.reduce((total, { passed }) => total + passed, 0),
    failed: tallies.flatMap(({ failed }) => failed),
    flaky: tallies.flatMap(({ flaky }) => flaky),
    skipped: tallies.flatMap(({ skipped }) => skipped),
  }
}

/** Why a test is among the skipped whose process died. */
export const DID_NOT_END = 'it did not end'
/** Where an error belongs to no test that is known. */
export const NO_FILE = '(no file)'

/** Files that a process left behind when it died, or none where something else went wrong in the run beside that. */
export function leftBehind({ failed, skipped }: Tally): string[] {
  const nobodys = failed.filter(({ file }) => file === NO_FILE)
  if (!nobodys.every(({ error }) => error.includes('[vitest-pool]: Worker'))) return []
  return [...new Set(skipped.filter(({ reason }) => reason === DID_NOT_END).map(({ file }) => file))]
}

/** A run whose process died, and the second try of the files that it left behind: that it died is told as flaky. */
export function triedAgain(first: Tally, second: Tally): Tally {
  const left = new Set(leftBehind(first))
  const isLeft = ({ file }: NamedTest): boolean => left.has(file) || file === NO_FILE
  const died = first.failed.filter(({ file }) => file === NO_FILE).map((test) => ({ ...test, file: [...left].join(', ') }))
  const kept: Tally = { ...first, failed: first.failed.filter((test) => !isLeft(test)), flaky: [...first.flaky.filter((test) => !isLeft(test)), ...died], skipped: first.skipped.filter((test) => !isLeft(test)) }
  return sum([kept, second])
}

/** The same run, with what it ran on at each test that did not simply pass there: the same tests run elsewhere too. */
export function ranOn(where: string, tally: Tally): Tally {
  const marked = <T extends NamedTest>(tests: readonly T[]): T[] => tests.map((test) => ({ ...test, file: `${where}: ${test.file}` }))
  return { ...tally, failed: marked(tally.failed), flaky: marked(tally.flaky) }
}

/** Every test that did not simply pass, by name: what failed comes last. */
export function linesOf(tally: Tally): string[] {
  return [
    ...skippedLines(tally.skipped),
    ...tally.flaky.flatMap((test) => [`flaky: ${test.file} > ${test.name}`, ...errorLines(test.error)]),
    ...tally.failed.flatMap((test) => [`failed: ${test.file} > ${test.name}`, ...errorLines(test.error)]),
  ]
}

/** The counts, in one line. */
export function countsOf(tally: Tally): string {
  return `${tally.passed} passed, ${tally.failed.length} failed, ${tally.skipped.length} skipped`
}

/** One line for each block of tests that was skipped: where it is, how many, why, and the names. */
function skippedLines(skipped: readonly SkippedTest[]): string[] {
  const blocks = groupBy(skipped, ({ file, name, reason }) => {
    const [block, ...rest] = name.split(' > ')
    return `${file}${rest.length === 0 ? '' : ` > ${block}`}${reason === '' ? '' : ` (${reason})`}`
  })
  return [...blocks].map(([block, tests]) => {
    const suites = groupBy(tests, ({ name }) => name.split(' > ').slice(1, -1).join(' > '))
    const names = [...suites].map(([suite, inside]) => `${suite === '' ? '' : `${suite}: `}${inside.map(({ name }) => name.split(' > ').at(-1)).join('; ')}`)
    return `skipped: ${tests.length} in ${block}: ${names.join(' | ')}`
  })
}

function groupBy<T>(all: readonly T[], keyOf: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const one of all) groups.set(keyOf(one), [...(groups.get(keyOf(one)) ?? []), one])
  return groups
}

function errorLines(error: string): string[] {
  return error.split('\n').slice(0, 8).map((line) => `    ${line.slice(0, 240)}`)
}

/**
 * The skipped tests that count as failed on CI, where everything is installed: a skip is a hole.
 * But for servers that no package of the system brings (a secret store, and Valkey on Debian 12), and for Go’s client of logs.
 */
export function holes(skipped: readonly SkippedTest[]): FailedTest[] {
  return skipped
    .filter(({ name }) => !/VAULT_ADDR is not set|needs (VALKEY_URL or )?valkey-server|golang-go and golang-golang-x-mod-dev are not installed/.test(name))
    .map(({ file, name, reason }) => ({ file, name, error: `CI must not skip it. ${reason}`.trim() }))
}
