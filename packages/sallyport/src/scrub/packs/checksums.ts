/** Luhn's check of a payment card number (ISO/IEC 7812-1, annex B). Spaces and hyphens are passed over. */
export function passesLuhn(text: string): boolean {
  let sum = 0
  let digits = 0
  for (let i = text.length - 1; i >= 0; i -= 1) {
    const digit = text.charCodeAt(i) - 48
    if (digit < 0 || digit > 9) continue
    const doubled = digits % 2 === 1 ? digit * 2 : digit
    sum += doubled > 9 ? doubled - 9 : doubled
    digits += 1
  }
  return digits > 0 && sum % 10 === 0
}

/** The check digits of an IBAN (ISO 13616: the number, its first four characters moved to the end, is 1 modulo 97). */
export function passesIban(text: string): boolean {
  const compact = text.replaceAll(' ', '').toUpperCase()
  let rest = 0
  for (const char of compact.slice(4) + compact.slice(0, 4)) {
    const value = Number.parseInt(char, 36)
    if (Number.isNaN(value)) return false
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97
  }
  return rest === 1
}

/** Whether a US social security number can have been issued: no area 000, 666 or from 900, no group 00, no serial 0000. */
export function isIssuableSsn(text: string): boolean {
  const digits = text.replace(/\D/g, '')
  const area = digits.slice(0, 3)
  return area !== '000' && area !== '666' && area < '900' && digits.slice(3, 5) !== '00' && digits.slice(5) !== '0000'
}
