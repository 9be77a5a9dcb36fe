'use server'
export async function nobodyImportsIt() { return 1 }
