import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const NAMES = 'order user price total handler request response config stream buffer index value result store cache token query event record status message address session account invoice payment'.split(' ')
const LINES: readonly ((pick: () => string, number: () => number) => string)[] = [
  (pick, number) => `export function ${pick()}${capital(pick())}(${pick()}: string, limit = ${number()}): number {`,
  (pick) => `  const ${pick()} = await ${pick()}.${pick()}({ ${pick()}, ${pick()}: this.#${pick()} })`,
  (pick) => `  if (${pick()}.${pick()} === undefined) throw new TypeError(\`no ${pick()} for \${${pick()}}\`)`,
  (pick) => `// The ${pick()} of a ${pick()} is kept until the ${pick()} has been written; see ${pick()}-${pick()}.md.`,
  (pick, number) => `    { "${pick()}": "${pick()}-${pick()}", "count": ${number()}, "ok": true },`,
  (pick, number) => `.${pick()}-${pick()} { margin: ${number() % 64}px; color: #${number().toString(16).padStart(6, '0').slice(0, 6)} }`,
  (pick) => `import { ${pick()}${capital(pick())} } from '../${pick()}/${pick()}.ts'`,
  (pick, number) => `- [ ] ${capital(pick())} the ${pick()} before ${pick()} ${number()} is done`,
  () => '',
  () => '}',
]
const EXTENSIONS = ['ts', 'ts', 'tsx', 'json', 'md', 'css', 'yml', 'js']

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}

/** Writes a repository of source-like files of 0.5 to 30 KB, with secrets planted here and there. */
export function writeRepository(root: string, files: number, planted: readonly string[], random: () => number): { readonly bytes: number } {
  const pick = (): string => NAMES[Math.floor(random() * NAMES.length)] as string
  const number = (): number => Math.floor(random() * 1e6)
  const step = Math.max(1, Math.floor(files / planted.length))
  let bytes = 0
  for (let at = 0; at < files; at++) {
    const size = 500 * 60 ** random()
    const lines: string[] = []
    for (let length = 0; length < size; ) {
      const line = (LINES[Math.floor(random() * LINES.length)] as (typeof LINES)[number])(pick, number)
      lines.push(line)
      length += line.length + 1
    }
    const secret = at % step === 0 ? planted[at / step] : undefined
    if (secret !== undefined) lines.splice(lines.length >> 1, 0, secret)
    const file = join(root, `src/${pick()}/${pick()}/${pick()}-${at}.${EXTENSIONS[at % EXTENSIONS.length] ?? 'ts'}`)
    mkdirSync(dirname(file), { recursive: true })
    const text = lines.join('\n')
    writeFileSync(file, text)
    bytes += Buffer.byteLength(text)
  }
  return { bytes }
}
