import type { ScanEngine } from './engine.ts'
import { FileReader } from './files.ts'
import { scanCommits } from './history.ts'
import type { ScanRules } from './rules.ts'
import type { Hand, Task } from './task.ts'
import { scanFiles } from './tree.ts'

/** What does a task's portions in one thread. */
export function handFor(task: Task, rules: ScanRules, engine: ScanEngine): Hand {
  if (task.kind === 'commits') return (ids) => scanCommits(task.root, ids, rules, engine)
  const reader = new FileReader()
  return (files) => scanFiles(task.root, files, engine, reader, task.maxBytes)
}
