import { describe, expect, it } from 'vitest'
import { commands } from './commands.ts'

describe('the commands', () => {
  it.each(Object.keys(commands))('%s loads under its own name, with the description that the help shows', async (name) => {
    const entry = commands[name]
    const command = await entry?.load()
    expect(command?.name()).toBe(name)
    expect(command?.description()).not.toBe('')
  })
})
