import { isAsciiWord } from './letters.ts'
import { Literals, type Literal } from './literals.ts'
import type { Units } from './units.ts'
import { isUnspaced } from './unspaced.ts'

// Beginnings of words about attacks.
const ABOUT = 'phrase attack injection example detect called mean string payload regex classifier angriff beispiel bedeutet attaque ataque attacco 攻击 例如 攻撃 意味 공격'.split(' ')
// Calls that reach the network, other processes, files beyond the program's own, or the machine; in their own case.
const CALLS = [
  'requests.', 'urllib', 'http.client', 'http.server', 'socket', 'asyncio.start_server', 'asyncio.open_connection', 'twisted', 'reactor.', 'smtplib', 'ftplib', 'paramiko', 'telnetlib',
  'XMLHttpRequest', 'subprocess', 'multiprocessing', 'threading', 'os.system', 'os.fork', 'os.remove', 'os.unlink', 'os.rmdir', 'os.popen', 'os.kill', 'os.chmod', 'os.walk', 'os.environ',
  'shutil.rmtree', '/etc/', '/dev/', '.ssh', 'authorized_keys', 'crontab', 'curl ', 'wget ', 'powershell', 'pickle.', 'marshal.', 'Fernet', 'cryptography', 'Crypto.', 'child_process',
  'process.env', 'pynput', 'pyautogui', 'ImageGrab', 'VideoCapture', 'rm -rf', 'winreg', 'ctypes', 'psutil', 'getpass', 'webbrowser', 'scapy',
]
const CALLS_AS_WORDS = ['fetch(', 'eval(', 'exec(', 'nc -', 'wmi']
const TEXTS = [...CALLS, ...CALLS_AS_WORDS, ...ABOUT]
const LITERALS = new Literals(TEXTS.map((text, number): Literal => [text.toLowerCase(), number]), true)

/** What is asked of a text as a whole, only where something was found in it: a search that goes to the end answers all of it, for one text after another. */
export class Traits {
  #source: Units | undefined
  /** Whether a search went to the end, which answers both questions. */
  #known = false
  #wantsCalls = false
  #about = false
  #calls = false
  readonly #note = (number: number, start: number, end: number): boolean => {
    const { data } = this.#source as Units
    if (number >= CALLS.length + CALLS_AS_WORDS.length) this.#about ||= isEdge(data, start) || isUnspaced(data[start] as number)
    else this.#calls ||= (number < CALLS.length || (isEdge(data, start) && isEdge(data, end))) && isHere(TEXTS[number] as string, data, start)
    return this.#wantsCalls ? !this.#calls : !this.#about
  }

  begin(source: Units): void {
    this.#source = source
    this.#known = this.#about = this.#calls = false
  }

  /** Whether some word is about attacks: `"ignore all previous instructions" is a typical attack`. */
  get isAboutAttacks(): boolean {
    if (!this.#about) this.#search(false)
    return this.#about
  }

  /** Whether code in it makes a dangerous call. */
  get hasDangerousCall(): boolean {
    if (!this.#calls) this.#search(true)
    return this.#calls
  }

  #search(wantsCalls: boolean): void {
    if (this.#known) return
    this.#wantsCalls = wantsCalls
    const { data, size } = this.#source as Units
    LITERALS.search(data, size, this.#note)
    this.#known = wantsCalls ? !this.#calls : !this.#about
  }
}

/** Whether a word of ASCII begins or ends at a place, or there is none. */
function isEdge(data: Uint16Array, at: number): boolean {
  return at === 0 || !isAsciiWord(data[at - 1] as number) || !isAsciiWord(data[at] as number)
}

function isHere(text: string, data: Uint16Array, at: number): boolean {
  for (let k = 0; k < text.length; k++) if (data[at + k] !== text.charCodeAt(k)) return false
  return true
}
