import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { CONTROL_NAMES } from '../src/action/posture.ts'
import { ERRORS } from '../src/errors/codes.ts'

const root = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))))
const pages = ['README.md', ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.md')).map((name) => join('docs', name))]
const read = (page: string): string => readFileSync(join(root, page), 'utf8')

describe('the docs', () => {
  it.each(pages)('%s links to nothing that is not there', (page) => {
    const links = [...read(page).matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)(?:#[^)]*)?\)/g)].map(([, target]) => target as string)
    expect(links.filter((target) => !existsSync(join(root, dirname(page), target)))).toEqual([])
  })

  it('have a place for each control that a refusal in development points at', () => {
    const page = read('docs/controls.md')
    const places = CONTROL_NAMES.filter((name) => name !== 'server-only')
    expect(places.filter((name) => !page.includes(`<a id="${name}"></a>`))).toEqual([])
  })

  it('name every code that a caller can meet', () => {
    const page = read('docs/controls.md')
    expect(Object.keys(ERRORS).filter((code) => !page.includes(`\`${code}\``))).toEqual([])
  })
})
