'use server'
export async function imported(value) { return value.length }
export async function besideIt(value) { return value }
export const arrow = async (value) => value
async function local() { return 1 }
export { local as renamed }
export default async function () { return 2 }
