import type { Lexicon } from '../word-classes.ts'
import { arabic, chinese, hindi, indonesian, japanese, korean, vietnamese } from './asian.ts'
import { english } from './english.ts'
import { dutch, german, swedish } from './germanic.ts'
import { french, italian, portuguese, spanish } from './romance.ts'
import { czech, polish, russian, southSlavic, turkish, ukrainian } from './slavic-and-turkish.ts'

/** A language that screening knows phrases in. */
export type ScreeningLanguage =
  | 'en' | 'de' | 'nl' | 'sv' | 'fr' | 'es' | 'it' | 'pt' | 'ru' | 'uk' | 'pl' | 'cs' | 'hr' | 'tr' | 'zh' | 'ja' | 'ko' | 'ar' | 'hi' | 'id' | 'vi'

/** The languages whose phrases are known, by ISO 639-1 code. `sv` also has Danish and Norwegian words; `hr` also Serbian, Slovene and Bulgarian. */
export const LEXICONS: Readonly<Record<ScreeningLanguage, Lexicon>> = {
  en: english, de: german, nl: dutch, sv: swedish, fr: french, es: spanish, it: italian, pt: portuguese,
  ru: russian, uk: ukrainian, pl: polish, cs: czech, hr: southSlavic, tr: turkish,
  zh: chinese, ja: japanese, ko: korean, ar: arabic, hi: hindi, id: indonesian, vi: vietnamese,
}
