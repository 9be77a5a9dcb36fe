'use server'
export async function onServer() { console.log('x') }
