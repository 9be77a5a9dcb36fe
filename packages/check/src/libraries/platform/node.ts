import type { Library } from '../types.ts'

/** Files and processes. */
export const nodeBuiltins: Library = {
  name: 'Node.js',
  packages: ['node:fs', 'node:fs/promises', 'node:child_process', 'node:crypto', 'fs', 'fs/promises', 'fs-extra', 'child_process', 'crypto', 'execa', 'path'],
  calls: {
    '**{writeFile,writeFileSync,appendFile,appendFileSync,unlink,unlinkSync,rm,rmSync,rmdir,rmdirSync,rename,renameSync,copyFile,copyFileSync,cp,cpSync,outputFile,outputJson,writeJson,remove,move,copy,createWriteStream,chmod,symlink,truncate}': { effect: 'file-write' },
    '**{readFile,readFileSync,readdir,readdirSync,readJson,createReadStream,opendir}': { effect: 'file-read' },
    '{exec,execSync,execFile,execFileSync,spawn,spawnSync,fork,execa,$}': { effect: 'command' },
    '**{timingSafeEqual}': { verifies: false, authorizes: 'with-secret' },
    '**createHmac().**digest': { gives: 'code' },
    '**createDecipheriv': { effect: 'decrypt' },
  },
}
