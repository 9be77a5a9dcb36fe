import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { git, repositoryRoot } from './git.ts'

/** The hook as the package brings it. */
export const HOOK_FILE: string = fileURLToPath(new URL('../../templates/pre-commit', import.meta.url))
const OURS = 'sallyport scan --install-hook'

/**
 * Puts the pre-commit hook where git looks for it, `core.hooksPath` included, and makes it executable.
 *
 * @param root Where the application is: the hook goes there before it looks for the command.
 * @returns the file that was written
 * @throws TypeError outside of a repository, or where there is another pre-commit hook, which stays as it is
 */
export function installHook(root: string): string {
  const top = repositoryRoot(root)
  if (top === undefined) throw new TypeError('there is no git repository here')
  const file = join(resolve(root, git(root, ['rev-parse', '--git-path', 'hooks']).trim()), 'pre-commit')
  if (existsSync(file) && !readFileSync(file, 'utf8').includes(OURS)) {
    throw new TypeError(`${file} is there already and stays as it is. Add this line to it: npx --no-install sallyport scan --staged || exit 1`)
  }
  const [shebang = '', ...lines] = readFileSync(HOOK_FILE, 'utf8').split('\n')
  const folder = relative(top, resolve(root)).split(sep).join('/')
  // git starts hooks at the top of the repository.
  const enter = folder === '' ? [] : [`cd '${folder.replaceAll("'", String.raw`'\''`)}' || exit 1`]
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, [shebang, ...enter, ...lines].join('\n'))
  chmodSync(file, 0o755)
  return file
}
