import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { COMMIT_FORMAT, PatchReader, type Added } from './diff.ts'
import { fingerprintOf, type ScanFinding } from './finding.ts'
import { writeReport } from './reports.ts'
import { scan } from './scan.ts'

// Put together at run time, so that a scan of this repository has nothing to find in its tests.
const TOKEN = `gh${'p_'}A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8`
const OTHER = `gh${'p_'}Z9y8X7w6V5u4T3s2R1q0P9o8N7m6L5k4J3i2`

let root = ''
const write = (file: string, text: string | Buffer): void => {
  mkdirSync(dirname(join(root, file)), { recursive: true })
  writeFileSync(join(root, file), text)
}
const git = (...args: string[]): string =>
  execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@example.com', '-c', 'commit.gpgsign=false', '-c', 'init.defaultBranch=main', ...args], { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
const commit = (message: string): string => {
  git('add', '-A')
  git('commit', '-q', '--allow-empty', '-m', message)
  return git('rev-parse', 'HEAD')
}
const places = (findings: readonly ScanFinding[]): readonly string[] => findings.map(({ file, startLine, ruleId }) => `${file}:${startLine} ${ruleId}`)

beforeEach(() => { root = mkdtempSync(join(tmpdir(), 'sallyport-scan-')) })
afterEach(() => rmSync(root, { recursive: true, force: true }))

describe('the working tree', () => {
  it('is looked through, with line and column', async () => {
    write('src/a.ts', `const x = 1\nconst token = '${TOKEN}'\n`)
    write('b.md', 'nothing here')
    const { findings, scanned } = await scan({ root })
    expect(places(findings)).toEqual(['src/a.ts:2 github-pat'])
    expect(findings[0]).toMatchObject({ startColumn: 16, endColumn: 15 + TOKEN.length, secret: TOKEN })
    expect(scanned).toBe(2)
  })

  it('tells columns in characters where a line has more than ASCII', async () => {
    write('a.txt', `ünï ${TOKEN}`)
    expect((await scan({ root })).findings[0]?.startColumn).toBe(5)
  })

  it('leaves out what git ignores, unless everything is asked for, and takes what is not tracked yet', async () => {
    git('init', '-q')
    write('.gitignore', '.env\n')
    write('.env', `T=${TOKEN}\n`)
    write('new.txt', OTHER)
    expect(places((await scan({ root })).findings)).toEqual(['new.txt:1 github-pat'])
    expect(places((await scan({ root, everything: true })).findings).toSorted()).toEqual(['.env:1 github-pat', 'new.txt:1 github-pat'])
    expect((await scan({ root, paths: ['.gitignore'] })).scanned).toBe(1)
  })

  it('leaves out binaries, links, what is too large and what is gone, and names text that it did not look at', async () => {
    git('init', '-q')
    write('bin', Buffer.concat([Buffer.from([0]), Buffer.from(TOKEN)]))
    write('big-bin', Buffer.alloc(3_000_000))
    write('big', TOKEN.padEnd(3_000_000))
    write('gone', TOKEN)
    symlinkSync('/etc/passwd', join(root, 'link'))
    git('add', '-A')
    rmSync(join(root, 'gone'))
    expect(await scan({ root, maxBytes: 2 ** 20 })).toMatchObject({ findings: [], scanned: 1, unread: ['big (larger than 1 MiB)'] })
  })

  it.runIf(process.platform === 'linux')('names a file whose name is not UTF-8', async () => {
    writeFileSync(Buffer.concat([Buffer.from(`${root}/caf`), Buffer.from([0xe9])]), TOKEN)
    expect((await scan({ root })).unread).toEqual(['caf\uFFFD (its name is not UTF-8)'])
  })

  it('gives the same in several threads', async () => {
    const files = 8300
    for (let at = 0; at < files; at++) write(`${at % 20}/f${at}.txt`, at % 1000 === 0 ? `'${TOKEN}'` : 'nothing')
    const alone = await scan({ root, threads: 1 })
    expect(alone).toMatchObject({ scanned: files, findings: { length: Math.ceil(files / 1000) } })
    expect(await scan({ root, threads: 4 })).toEqual(alone)
  })

  it('gives the same for many files at once as for each by itself', async () => {
    const texts = ['clean', `a ${TOKEN}`, '', `-----BEGIN ${'RSA PRIVATE'} KEY-----\nAbCdEf0123`, `b = '${OTHER}'\n`, 'x'.repeat(300_000), `${TOKEN}\n`, 'end']
    texts.forEach((text, index) => write(`f${index}.txt`, text))
    const together = (await scan({ root })).findings
    const alone: ScanFinding[] = []
    for (const index of texts.keys()) alone.push(...(await scan({ root, paths: [`f${index}.txt`] })).findings)
    expect(places(together)).toEqual(places(alone))
    expect(together.length).toBe(3)
  })

  it('misses no file behind one with more findings than are listed, and names that one', async () => {
    const many = Array.from({ length: 1200 }, (_, at) => `gh${'p_'}${String(at).padStart(4, '0')}b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7`).join('\n')
    write('a.txt', many)
    write('b.txt', TOKEN)
    const { findings, cutShort } = await scan({ root })
    expect(findings.filter(({ file }) => file === 'b.txt')).toHaveLength(1)
    expect(findings).toHaveLength(1001)
    expect(cutShort).toEqual(['a.txt'])
  })

  it('finds values that are known, also beyond ASCII', async () => {
    write('a.txt', `ä€😀 'pässwörd-Zq7-€x-1' ${TOKEN}`)
    const { findings } = await scan({ root, known: new Map([['KEY', 'pässwörd-Zq7-€x-1']]) })
    expect(findings.map(({ secret, startColumn }) => [secret, startColumn])).toEqual([['pässwörd-Zq7-€x-1', 7], [TOKEN, 26]])
  })

  it('finds values that are known, in the encodings of encoders', async () => {
    const value = 'kq83-Zpl0-77ty-mmx'
    write('a.txt', `plain ${value}\nbase64 ${btoa(value)}\nhex ${Buffer.from(value).toString('hex')}\n`)
    const { findings } = await scan({ root, known: new Map([['API_KEY', value], ['FLAG', 'true']]) })
    expect(places(findings)).toEqual(['a.txt:1 known-value', 'a.txt:2 known-value', 'a.txt:3 known-value'])
    expect(findings[0]?.known).toBe('API_KEY')
    expect((await scan({ root, known: new Map([['FLAG', 'true']]) })).refused).toEqual(['FLAG'])
  })
})

describe('examples', () => {
  it.each([`gh${'p_'}${'x'.repeat(36)}`, `AKIA${'IOSFODNN7EXAMPLE'}`, 'postgres://user:password@localhost/db', 'redis://:${REDIS_PASSWORD}@cache', 'mongodb://<user>:<password>@host/db', `sk_live_${'1234567890abcdefghijklmn'}`])(
    'are not reported: %s',
    async (text) => {
      write('a.txt', text)
      expect((await scan({ root })).findings).toEqual([])
    },
  )

  it('that are known values are', async () => {
    write('a.txt', 'my-example-value-1')
    expect((await scan({ root, known: new Map([['KEY', 'my-example-value-1']]) })).findings).toHaveLength(1)
  })
})

describe("gitleaks' ways to accept a finding", () => {
  it('gitleaks:allow in the line', async () => {
    write('a.ts', `a = '${TOKEN}' // gitleaks:allow\nb = '${OTHER}'\n`)
    expect(places((await scan({ root })).findings)).toEqual(['a.ts:2 github-pat'])
  })

  it('.gitleaksignore, with and without a commit', async () => {
    git('init', '-q')
    write('a.ts', `'${TOKEN}'\n`)
    const id = commit('one')
    write('.gitleaksignore', '# accepted\na.ts:github-pat:1\n')
    expect(await scan({ root })).toMatchObject({ findings: [], ignored: 1 })
    expect(await scan({ root, mode: 'history' })).toMatchObject({ findings: [], ignored: 1 })
    write('.gitleaksignore', `${id}:a.ts:github-pat:1\n`)
    expect((await scan({ root })).findings).toHaveLength(1)
    expect((await scan({ root, mode: 'history' })).findings).toHaveLength(0)
  })

  it('a baseline report', async () => {
    write('a.ts', TOKEN)
    const { findings } = await scan({ root })
    write('baseline.json', writeReport(findings, 'json', true, '0'))
    write('b.ts', OTHER)
    expect(places((await scan({ root, baseline: join(root, 'baseline.json') })).findings)).toEqual(['b.ts:1 github-pat'])
  })

  it('a configuration: own rules, paths, disabled rules, allow-lists of a rule', async () => {
    write('.gitleaks.toml', `
[extend]
disabledRules = ["slack-bot-token"]
[[rules]]
id = "internal"
description = "Internal id"
regex = '''internal-id:[a-f0-9-]{8,}'''
keywords = ["internal-id"]
[[rules.allowlists]]
paths = ['''docs/.*''']
[[rules]]
id = "pem-file"
description = "A key file"
path = '''(?i)\\.pem$'''
[[rules]]
id = "only-in-config"
regex = '''cfg_[a-z]{8}'''
path = '''\\.conf$'''
[[allowlists]]
paths = ['''^vendor/''']
`)
    write('a.txt', 'internal-id:0123456789ab')
    write('docs/a.txt', 'internal-id:0123456789ab')
    write('vendor/a.txt', TOKEN)
    write('server.PEM', 'x')
    write('a.conf', 'cfg_abcdefgh')
    write('b.txt', 'cfg_abcdefgh')
    expect(places((await scan({ root })).findings).toSorted()).toEqual(['a.conf:1 only-in-config', 'a.txt:1 internal', 'server.PEM:1 pem-file'])
  })

  it('a configuration: what it allows, everywhere or for a rule, holds for our rules and for those of a configuration that it extends', async () => {
    write('base.toml', `
[[rules]]
id = "internal"
description = "Internal id"
regex = '''internal-id:[a-z0-9-]{8,}'''
[[allowlists]]
regexes = ['''Z9y8X7''']
`)
    write('.gitleaks.toml', `
[extend]
path = "base.toml"
[[rules]]
id = "internal"
[[rules.allowlists]]
stopwords = ["sample"]
[[rules]]
id = "slack-bot-token"
[[rules.allowlists]]
regexTarget = "line"
regexes = ['''^docs''']
[[allowlists]]
stopwords = ["q7r8"]
[[allowlists]]
targetRules = ["npm-token"]
paths = ['''^b\\.txt$''']
[[allowlists]]
condition = "AND"
targetRules = ["stripe-secret-key"]
regexes = ['''aB3''']
stopwords = ["zZ9"]
`)
    const slack = `xox${'b-'}204862913057-4710938265118-aB3dE5gH7jK9mN1pQ2sT4vW6`
    const npm = `npm${'_'}aB3dE5gH7jK9mN1pQ2sT4vW6xY8zA0cD2eF4`
    const stripe = `sk_${'live_'}aB3dE5gH7jK9mN1pQ2sT4vW6`
    write('a.txt', [TOKEN, OTHER, 'internal-id:sample-0123', 'internal-id:0123456789', `docs ${slack}`, slack, npm, stripe, stripe.replace('mN1', 'zZ9'), `internal-id:Z9y8X7-0123`].join('\n'))
    write('b.txt', npm)
    expect(places((await scan({ root })).findings)).toEqual(['a.txt:4 internal', 'a.txt:6 slack-bot-token', 'a.txt:7 npm-token', 'a.txt:8 stripe-secret-key'])
  })

  it('a list of a configuration that looks at lines looks at the whole line, what is behind the secret too', async () => {
    write('.gitleaks.toml', `
[[rules]]
id = "internal"
description = "Internal id"
regex = '''internal-id:[a-z0-9-]{8,}'''
[[rules.allowlists]]
condition = "AND"
regexTarget = "line"
regexes = ['''# old$''']
stopwords = ["0123"]
[[allowlists]]
regexTarget = "line"
regexes = ['''// made up$''']
`)
    write('a.txt', [`${TOKEN} // made up`, `${TOKEN} // made up?`, 'internal-id:abcd-0123 # old', 'internal-id:abcd-9999 # old', 'internal-id:abcd-0123 # new', 'internal-id:abcd-9999 // made up', TOKEN, '// made up', ''].join('\r\n'))
    expect(places((await scan({ root })).findings)).toEqual(['a.txt:2 github-pat', 'a.txt:4 internal', 'a.txt:5 internal', 'a.txt:7 github-pat'])
  })

  it('refuses a configuration that can not be read', async () => {
    write('.gitleaks.toml', "[[rules]]\nid = 'x'\nregex = '''(?<=a)b'''\n")
    await expect(scan({ root })).rejects.toThrow()
    await expect(scan({ root, config: join(root, 'none.toml') })).rejects.toThrow('no configuration')
  })
})

describe('git', () => {
  it('what is staged: added lines alone, numbered as in the file', async () => {
    git('init', '-q')
    write('a.ts', `1\n${OTHER}\n3\n`)
    commit('one')
    write('a.ts', `1\n${OTHER}\n3\n4\n${TOKEN}\n`)
    write('unstaged.ts', TOKEN)
    git('add', 'a.ts')
    expect(places((await scan({ root, mode: 'staged' })).findings)).toEqual(['a.ts:5 github-pat'])
  })

  it('rules of names hold for what is staged and for the history, too', async () => {
    git('init', '-q')
    write('.gitleaks.toml', "[[rules]]\nid = 'pem-file'\npath = '''\\.pem$'''\n")
    write('server.pem', 'x\n')
    git('add', '-A')
    expect(places((await scan({ root, mode: 'staged' })).findings)).toEqual(['server.pem:1 pem-file'])
    const id = commit('one')
    const { findings } = await scan({ root, mode: 'history' })
    expect(findings.map(fingerprintOf)).toEqual([`${id}:server.pem:pem-file:1`])
  })

  it('the history: what was added and removed again, with its commit', async () => {
    git('init', '-q')
    write('a b.ts', 'start\n')
    commit('one')
    write('a b.ts', `start\n++ looks like a header\n${TOKEN}\n`)
    const guilty = commit('add a token')
    write('a b.ts', 'start\n')
    commit('remove it')
    const { findings, scanned } = await scan({ root, mode: 'history' })
    expect(places(findings)).toEqual(['a b.ts:3 github-pat'])
    expect(findings[0]?.commit).toMatchObject({ id: guilty, author: 'Test', message: 'add a token' })
    expect(fingerprintOf(findings[0] as ScanFinding)).toBe(`${guilty}:a b.ts:github-pat:3`)
    // The commit that only removes has nothing to look at.
    expect(scanned).toBe(2)
  })

  it('the history, incrementally: only new commits are read, earlier findings stay, values are not kept', async () => {
    git('init', '-q')
    const progressFile = join(root, '.sallyport', 'scan-history.json')
    write('a.ts', TOKEN)
    commit('one')
    expect(await scan({ root, mode: 'history', progressFile })).toMatchObject({ scanned: 1 })
    // What it keeps is nobody's to commit.
    expect(git('status', '--porcelain')).toBe('')
    expect(readFileSync(progressFile, 'utf8')).not.toContain(TOKEN)
    expect(await scan({ root, mode: 'history', progressFile })).toMatchObject({ scanned: 0 })
    write('b.ts', OTHER)
    commit('two')
    const third = await scan({ root, mode: 'history', progressFile })
    expect(third.scanned).toBe(1)
    expect(places(third.findings)).toEqual(['a.ts:1 github-pat', 'b.ts:1 github-pat'])
    // Other rules, or other places that they leave out: from the beginning.
    write('.gitleaks.toml', "[[rules]]\nid = 'x'\nregex = '''xyz-[0-9]{4}'''\n")
    commit('three')
    expect((await scan({ root, mode: 'history', progressFile })).scanned).toBe(3)
    write('.gitleaks.toml', "[[rules]]\nid = 'x'\nregex = '''xyz-[0-9]{4}'''\n[[allowlists]]\npaths = ['''^a''']\n")
    expect(await scan({ root, mode: 'history', progressFile })).toMatchObject({ scanned: 3, findings: { length: 1 } })
  })

  it.each([['diff.noprefix', 'true'], ['diff.mnemonicPrefix', 'true'], ['diff.interHunkContext', '9'], ['diff.context', '9'], ['diff.relative', 'true'], ['log.showRoot', 'false'], ['log.showSignature', 'true'], ['diff.algorithm', 'patience'], ['color.ui', 'always']])(
    'whatever the configuration says: %s = %s',
    async (key, value) => {
      git('init', '-q')
      git('config', key, value)
      write('app/b/a.ts', `1\n2\n3\n4\n${OTHER}\n`)
      commit('one')
      write('app/b/a.ts', `one\n2\n3\nfour\n${OTHER}\n6\n${TOKEN}\n`)
      git('add', '-A')
      expect(places((await scan({ root: join(root, 'app'), mode: 'staged' })).findings)).toEqual(['app/b/a.ts:7 github-pat'])
      commit('two')
      expect(places((await scan({ root: join(root, 'app'), mode: 'history' })).findings)).toEqual(['app/b/a.ts:7 github-pat', 'app/b/a.ts:5 github-pat'])
    },
  )

  it('what is staged, where attributes say that it is no text', async () => {
    git('init', '-q')
    write('.gitattributes', '*.lock -diff\n*.min.js binary\n')
    write('a.lock', `one\n${TOKEN}\n`)
    write('b.min.js', OTHER)
    write('c.png', Buffer.concat([Buffer.from([0x89, 0, 0x0a]), Buffer.from(TOKEN)]))
    git('add', '-A')
    expect(places((await scan({ root, mode: 'staged' })).findings)).toEqual(['a.lock:2 github-pat', 'b.min.js:1 github-pat'])
  })

  it('what a merge added itself, and not again what it merged', async () => {
    git('init', '-q')
    write('a.ts', '1\n2\n3\n')
    commit('one')
    git('checkout', '-q', '-b', 'side')
    write('a.ts', `1\n2\nside ${OTHER}\n`)
    commit('side')
    git('checkout', '-q', 'main')
    write('a.ts', '1\nmain\n3\n')
    commit('main')
    expect(() => git('merge', '-q', 'side')).toThrow()
    write('a.ts', `0\n1\nmain\nside ${OTHER}\n-- both\n${TOKEN}\n`)
    write('b.ts', 'new\n')
    const merge = commit('merge')
    const { findings, scanned } = await scan({ root, mode: 'history' })
    expect(findings.map(fingerprintOf).toSorted()).toEqual([`${git('rev-parse', 'side')}:a.ts:github-pat:3`, `${merge}:a.ts:github-pat:6`].toSorted())
    expect(scanned).toBe(4)
  })

  it('a folder that was there keeps to what its owner says of it', async () => {
    git('init', '-q')
    write('.sallyport/notes.md', 'mine')
    commit('one')
    await scan({ root, mode: 'history', progressFile: join(root, '.sallyport', 'scan-history.json') })
    expect(git('status', '--porcelain')).toBe('?? .sallyport/scan-history.json')
  })

  it('the history in several threads: the same, in the same order', async () => {
    git('init', '-q')
    for (let at = 0; at < 40; at++) {
      write('a.ts', at % 5 === 0 ? `${at}\n${TOKEN}\n` : `${at}\n`)
      commit(`change ${at}`)
    }
    const alone = await scan({ root, mode: 'history', threads: 1 })
    expect(alone).toMatchObject({ scanned: 40, findings: { length: 8 } })
    let told = 0
    expect(await scan({ root, mode: 'history', threads: 4, onProgress: (commits) => { told = commits } })).toEqual(alone)
    expect(told).toBe(40)
    // The newest first, as git log has them.
    expect(alone.findings.map(({ commit }) => commit?.message)).toEqual([35, 30, 25, 20, 15, 10, 5, 0].map((at) => `change ${at}`))
    expect(await scan({ root, mode: 'history', range: ['HEAD~5..HEAD'] })).toMatchObject({ scanned: 5, findings: { length: 1 } })
  })

  it('the history of a shallow clone, and says that there is more', async () => {
    git('init', '-q')
    write('a.ts', TOKEN)
    commit('one')
    write('a.ts', 'x')
    commit('two')
    git('clone', '-q', '--depth', '1', `file://${root}`, 'shallow')
    expect(await scan({ root: join(root, 'shallow'), mode: 'history' })).toMatchObject({ findings: [], unread: ['older commits, which this shallow clone does not have'] })
    expect((await scan({ root, mode: 'history' })).unread).toEqual([])
  })

  it('the history of a repository without commits, and with tags of all kinds', async () => {
    git('init', '-q')
    expect(await scan({ root, mode: 'history', progressFile: join(root, '.git/progress.json') })).toMatchObject({ scanned: 0, findings: [] })
    write('a.ts', TOKEN)
    commit('one')
    git('tag', '-a', 'v1', '-m', 'one')
    git('tag', 'a-file', 'HEAD:a.ts')
    git('tag', 'a-tree', 'HEAD^{tree}')
    git('checkout', '-q', '--detach')
    write('a.ts', 'x')
    write('b.ts', OTHER)
    commit('on no branch')
    expect(await scan({ root, mode: 'history' })).toMatchObject({ scanned: 2, findings: { length: 2 } })
  })

  it.each(['', '{', 'null', '{"rules":1}', '[]'])('the history from its beginning where %j was kept of the last scan', async (kept) => {
    git('init', '-q')
    write('a.ts', TOKEN)
    commit('one')
    const progressFile = join(root, '.git/progress.json')
    writeFileSync(progressFile, kept)
    expect(await scan({ root, mode: 'history', progressFile })).toMatchObject({ scanned: 1, findings: { length: 1 } })
    expect(await scan({ root, mode: 'history', progressFile })).toMatchObject({ scanned: 0, findings: { length: 1 } })
  })

  it('reads patches in any pieces', () => {
    git('init', '-q')
    write('ü.ts', `"\n${TOKEN}\nä\n`)
    commit('one')
    // Lines that look like signs and headers, none at the end, and hunks apart.
    const old = Array.from({ length: 12 }, (_, at) => `line ${at}`)
    write('b.ts', old.join('\n'))
    commit('two')
    write('b.ts', ['+plus', '++ b/x', '', ...old.slice(1, 8), '-minus', '@@ -1 +1 @@', ...old.slice(9), '+'].join('\n'))
    commit('three')
    const patch = execFileSync('git', ['-c', 'core.quotePath=false', 'log', '-p', '-U0', `--format=${COMMIT_FORMAT}`], { cwd: root })
    const read = (size: number): unknown => {
      const reader = new PatchReader()
      const all: unknown[] = []
      const take = (complete: readonly Added[]): void => {
        for (const { file, commit, start, end, lineOf } of complete) {
          const text = reader.upTo(end).toString('utf8', start)
          all.push({ file, message: commit?.message, text, lines: text.split('\n').map((_, line) => lineOf(line)) })
        }
        // What comes next begins anew.
        reader.forget()
      }
      for (let at = 0; at < patch.length; at += size) take(reader.push(Buffer.from(patch.subarray(at, at + size))))
      take(reader.end())
      return all
    }
    const whole = read(1e6)
    expect(whole).toMatchObject([
      { file: 'b.ts', message: 'three', text: '+plus\n++ b/x\n\n-minus\n@@ -1 +1 @@\nline 11\n+', lines: [1, 2, 3, 11, 12, 15, 16] },
      { file: 'b.ts', text: old.join('\n'), lines: old.map((_, at) => at + 1) },
      { file: 'ü.ts', text: `"\n${TOKEN}\nä`, lines: [1, 2, 3] },
    ])
    for (const size of [1, 2, 3, 7, 64]) expect(read(size)).toEqual(whole)
  })

  it('fails outside of a repository, for a history', async () => {
    await expect(scan({ root, mode: 'history' })).rejects.toThrow('git')
  })
})

describe('what is sent to browsers', () => {
  it('holds no value of the server: not raw, encoded, or in a source map', async () => {
    const value = 'pk81-server-only-Zq7'
    write('.env.production', `DB_PASSWORD=${value}\nNEXT_PUBLIC_KEY=pk-public-abcdef-123\n`)
    write('.next/static/chunks/app.js', `const a="pk-public-abcdef-123";const b=atob("${btoa(value)}")`)
    write('.next/static/chunks/app.js.map', JSON.stringify({ version: 3, sources: ['src/db.ts'], sourcesContent: [`one\nconst password = '${value}'\n`] }))
    write('.next/server/chunks/1.js', value)
    write('.next/server/app/index.html', `<p>${encodeURIComponent(value)}</p>`)
    const { findings, scanned } = await scan({ root, mode: 'bundle', env: { PATH: '/usr/bin:/bin:/usr/local' } })
    expect(places(findings).toSorted()).toEqual([
      '.next/server/app/index.html:1 known-value', '.next/static/chunks/app.js.map!src/db.ts:2 known-value', '.next/static/chunks/app.js.map:1 known-value', '.next/static/chunks/app.js:1 known-value',
    ])
    expect(scanned).toBe(3)
  })

  it('is found in what a real bundler makes: in a chunk, and in a comment that only the source map has', async () => {
    const inlined = 'pk81-inlined-by-mistake-Zq7'
    const commented = 'pk82-in-a-comment-only-Yr6'
    write('config.ts', `// the old key: ${commented}\nexport const key: string = '${inlined}'\n`)
    write('main.ts', "import { key } from './config.ts'\ndocument.title = btoa(key)\n")
    const { build } = await import('vite')
    await build({
      root, configFile: false, logLevel: 'silent',
      build: { outDir: '.next/static', sourcemap: true, minify: true, rollupOptions: { input: join(root, 'main.ts'), output: { entryFileNames: 'main.js' } } },
    })
    const chunk = readFileSync(join(root, '.next/static/main.js'), 'utf8')
    expect(chunk).toContain(inlined)
    expect(chunk).not.toContain(commented)
    const { findings } = await scan({ root, mode: 'bundle', known: new Map([['INLINED', inlined], ['COMMENTED', commented]]), env: {} })
    const found = findings.map(({ file, known }) => `${known} in ${file.replace(/!.*config/, '!config')}`)
    expect([...new Set(found)].toSorted()).toEqual([
      'COMMENTED in .next/static/main.js.map', 'COMMENTED in .next/static/main.js.map!config.ts',
      'INLINED in .next/static/main.js', 'INLINED in .next/static/main.js.map', 'INLINED in .next/static/main.js.map!config.ts',
    ])
  })

  it('holds no value of the environment whose name reads like a secret', async () => {
    write('.next/static/a.js', 'x="env-value-12ab34cd"')
    expect((await scan({ root, mode: 'bundle', env: { STRIPE_SECRET: 'env-value-12ab34cd' } })).findings).toHaveLength(1)
    expect((await scan({ root, mode: 'bundle', env: { NEXT_PUBLIC_TOKEN: 'env-value-12ab34cd' } })).findings).toHaveLength(0)
  })
})

describe('reports', () => {
  const sample = async (): Promise<readonly ScanFinding[]> => {
    write('a.ts', `pair('${TOKEN}', '${OTHER}')\n`)
    return (await scan({ root })).findings
  }

  it.each(['text', 'json', 'sarif'] as const)('%s holds no value, also of another finding in the same line', async (format) => {
    const report = writeReport(await sample(), format, true, '1.0.0')
    expect(report).not.toContain(TOKEN)
    expect(report).not.toContain(OTHER)
    expect(report).not.toContain(TOKEN.slice(6, 20))
  })

  it("json has gitleaks' fields, and values when asked", async () => {
    const report = JSON.parse(writeReport(await sample(), 'json', false, '1.0.0')) as Record<string, unknown>[]
    expect(Object.keys(report[0] ?? {})).toEqual([
      'RuleID', 'Description', 'StartLine', 'EndLine', 'StartColumn', 'EndColumn', 'Match', 'Secret', 'File', 'SymlinkFile', 'Commit', 'Entropy', 'Author', 'Email', 'Date', 'Message', 'Tags', 'Fingerprint',
    ])
    expect(report.map((entry) => entry['Secret'])).toEqual([TOKEN, OTHER])
  })

  it('sarif names rules, places and fingerprints', async () => {
    const report = JSON.parse(writeReport(await sample(), 'sarif', true, '1.0.0')) as { version: string; runs: { results: unknown[]; tool: { driver: { rules: unknown[] } } }[] }
    expect(report.version).toBe('2.1.0')
    expect(report.runs[0]?.results).toHaveLength(2)
    expect(report.runs[0]?.tool.driver.rules).toHaveLength(1)
    write('app/[id]/c#? ü.ts', `'${TOKEN}'\n`)
    const odd = JSON.parse(writeReport((await scan({ root, paths: ['app'] })).findings, 'sarif', true, '1.0.0')) as { runs: { results: { locations: { physicalLocation: unknown }[] }[] }[] }
    expect(odd.runs[0]?.results[0]?.locations[0]?.physicalLocation).toEqual({
      artifactLocation: { uri: 'app/%5Bid%5D/c%23%3F%20%C3%BC.ts' }, region: { startLine: 1, startColumn: 2, endLine: 1, endColumn: 2 + TOKEN.length },
    })
    expect(report.runs[0]?.results[0]).toMatchObject({ ruleId: 'github-pat', partialFingerprints: { 'gitleaksFingerprint/v1': 'a.ts:github-pat:1' } })
  })
})
