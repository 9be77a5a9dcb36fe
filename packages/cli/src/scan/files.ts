import { closeSync, constants, fstatSync, lstatSync, openSync, readdirSync, readSync, type Dirent } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { git, repositoryRoot } from './git.ts'

// O_RDONLY | O_NOFOLLOW | O_NONBLOCK where the system has them: a pipe must not hang the scan.
const READ_NO_LINK = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)

const SKIPPED_FOLDERS = new Set(['.git', 'node_modules', '.hg', '.svn'])

/**
 * The files under some paths, from `root`. In a repository: those that are tracked or could be, so not what `.gitignore`
 * leaves out. `everything` walks the folders instead.
 *
 * @param unread is told of each folder that can't be listed, with the reason
 * @throws TypeError for a path that is not there
 */
export function listFiles(root: string, paths: readonly string[], everything: boolean, unread: (folder: string) => void): readonly string[] {
  // A name that was mistyped must not read as "nothing found".
  for (const path of paths) if (lstatSync(join(root, path), { throwIfNoEntry: false }) === undefined) throw new TypeError(`There is no ${path}`)
  const repository = everything ? undefined : repositoryRoot(root)
  if (repository !== undefined) {
    const listed = git(root, ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', ...paths])
    return [...new Set(listed.split('\0'))].filter((file) => file !== '')
  }
  const files: string[] = []
  for (const path of paths.length === 0 ? ['.'] : paths) {
    const name = relative(root, join(root, path)).split(sep).join('/')
    const stat = lstatSync(join(root, path))
    if (stat.isFile()) files.push(name)
    if (stat.isDirectory()) walk(root, name, files, unread)
  }
  return files
}

function walk(root: string, folder: string, files: string[], unread: (folder: string) => void): void {
  const before = folder === '' ? '' : `${folder}/`
  for (const entry of entriesOf(root, folder, unread)) {
    if (entry.isFile()) files.push(before + entry.name)
    else if (entry.isDirectory() && !SKIPPED_FOLDERS.has(entry.name)) walk(root, before + entry.name, files, unread)
  }
}

function entriesOf(root: string, folder: string, unread: (folder: string) => void): readonly Dirent[] {
  try {
    return readdirSync(join(root, folder), { withFileTypes: true })
  } catch (error) {
    unread(`${folder === '' ? '.' : folder} (${(error as NodeJS.ErrnoException).code ?? String(error)})`)
    return []
  }
}

/** What a name says that is no file of its own: it is gone, a link, a part of a path that is none, a folder, or a socket. */
const NO_FILE = new Set(['ENOENT', 'ELOOP', 'ENOTDIR', 'EISDIR', 'ENXIO'])
const PROBE = 8000

/** True for what has a zero byte near its beginning, as git decides it. */
export function isBinary(bytes: Buffer): boolean {
  return bytes.subarray(0, PROBE).includes(0)
}

/** Reads files into one buffer that grows as needed: what it gives is good until the next read that begins at the same place. */
export class FileReader {
  #buffer = Buffer.allocUnsafe(512 * 1024)
  /** Why the last file that was not read should have been; undefined where there was none to read. */
  why: string | undefined

  /** What has been read up to a place. */
  upTo(end: number): Buffer {
    return this.#buffer.subarray(0, end)
  }

  /** Writes a line break and gives the place behind it. */
  breakAt(at: number): number {
    this.#grow(at, 1)
    this.#buffer[at] = 0x0a
    return at + 1
  }

  #grow(at: number, size: number): void {
    if (at + size <= this.#buffer.length) return
    const larger = Buffer.allocUnsafe((at + size) * 2)
    this.#buffer.copy(larger, 0, 0, at)
    this.#buffer = larger
  }

  /** The bytes of a regular file; undefined for what is gone, a link, a folder, larger than `maxBytes`, or can't be read. */
  read(path: string, maxBytes: number, at = 0): Buffer | undefined {
    this.why = undefined
    let handle: number | undefined
    try {
      handle = openSync(path, READ_NO_LINK)
      const room = Math.min(MOST_FILES, maxBytes)
      this.#grow(at, room)
      const length = readSync(handle, this.#buffer, at, room, null)
      // What ends before the room does has been read whole; file systems that give less than they have do so by whole pages.
      if (length < room && length % PAGE !== 0) return this.#buffer.subarray(at, at + length)
      return this.#readOn(handle, maxBytes, at, length)
    } catch (error) {
      const { code = String(error) } = error as NodeJS.ErrnoException
      // A name that is not UTF-8 can't be said, so that nothing is there by the name that is.
      if (!NO_FILE.has(code) || path.includes('\uFFFD')) this.why = NO_FILE.has(code) ? 'its name is not UTF-8' : code
      return undefined
    } finally {
      if (handle !== undefined) closeSync(handle)
    }
  }

  /** Goes on with a file of which some bytes have been read. */
  #readOn(handle: number, maxBytes: number, at: number, read: number): Buffer | undefined {
    const stat = fstatSync(handle)
    if (!stat.isFile()) return undefined
    if (stat.size > maxBytes) {
      if (!isBinary(this.#buffer.subarray(at, at + read))) this.why = `larger than ${Math.floor(maxBytes / MEGABYTE)} MiB`
      return undefined
    }
    this.#grow(at + read, stat.size - read)
    let length = read
    while (length < stat.size) {
      const more = readSync(handle, this.#buffer, at + length, stat.size - length, null)
      if (more === 0) break
      length += more
    }
    return this.#buffer.subarray(at, at + length)
  }
}

/** No system has smaller pages. */
const PAGE = 4096
/** Room for most files: one read is enough for them. */
const MOST_FILES = 256 * 1024
const MEGABYTE = 1024 * 1024
