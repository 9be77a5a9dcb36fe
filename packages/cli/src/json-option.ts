import { Option } from 'commander'

/** `--json` for commands that know more forms, as the others have it. Said beside another form, that form holds: it is the one that was named. */
export function jsonOption(): Option {
  return new Option('--json', 'the same as --format json').implies({ format: 'json' })
}
