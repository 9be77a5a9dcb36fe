const RARE = 3
/** How often characters occur in ordinary text and code, in ten-thousandths. What is missing is rare. */
const FREQUENCY: readonly number[] = byCode({
  ' ': 1700, e: 900, t: 680, a: 550, o: 540, n: 520, r: 490, i: 480, s: 480, h: 300, l: 290, d: 280, c: 240, u: 200, m: 170, p: 170,
  f: 150, g: 130, w: 120, y: 120, b: 95, v: 70, k: 57, x: 30, j: 12, q: 10, z: 8,
  S: 35, E: 32, A: 30, T: 28, O: 23, R: 22, I: 20, N: 19, P: 18, C: 17, L: 16, M: 14, B: 12, D: 12, F: 10, U: 10, W: 8, H: 7, G: 5, K: 5, V: 5,
  '0': 100, '1': 100, '2': 100, '3': 100, '4': 100, '5': 100, '6': 100, '7': 100, '8': 100, '9': 100,
  '\n': 200, '.': 170, ',': 150, '(': 120, ')': 120, ':': 120, "'": 100, '"': 100, '=': 100, '{': 80, '}': 80, '-': 60, '/': 60, ';': 50, _: 40,
  '[': 36, ']': 36, '*': 30, '>': 30, '`': 30, '<': 20, '#': 15, '$': 15, '?': 15, '|': 15,
})

const COMMON = new Set(
  'on re er in st or es th ro co de at it le al ns ed ti nd he an ri ct ec io ng ex un is pe po me ad om ha ve fi ll nc ac ch ow ur li id ou be pa ef ge ut im ke ly pr ma ul xp am wa fo mp hi fr of yp ho mi ty aw if xt va wh lu ry um ck ig ev fu wn ag qu pu mb ov ay ab ok vi bo wi pp iv je kn nk ki bj ub eq bl by bu ff ar as ce ea el en et ic la lo ne nt ra sc se si ta te to tr us'.split(' '),
)

/** How often one of these bytes occurs in ordinary text: from 0 to 1. */
export function frequencyOf(bytes: readonly number[]): number {
  return bytes.reduce((sum, byte) => sum + FREQUENCY[byte]!, 0) / 10_000
}

/** Whether a pair is more common than its letters are, by about three. */
export function isCommonPair(first: number, second: number): boolean {
  return COMMON.has(String.fromCharCode(first, second))
}

function byCode(frequencies: Readonly<Record<string, number>>): readonly number[] {
  const result = new Array<number>(256).fill(RARE)
  for (const [char, frequency] of Object.entries(frequencies)) result[char.charCodeAt(0)] = frequency
  return result
}
