#!/usr/bin/env node
// Hands over to @sallyport/cli, so that what the command needs never enters an application.
try {
  const { main } = await import('@sallyport/cli')
  await main(process.argv)
} catch (error) {
  if (error?.code !== 'ERR_MODULE_NOT_FOUND' || !String(error.message).includes("'@sallyport/cli'")) throw error
  console.error('The sallyport command lives in its own package. Install it beside the library:\n\n  npm install --save-dev @sallyport/cli\n\nor run it once:\n\n  npx @sallyport/cli ' + process.argv.slice(2).join(' '))
  process.exitCode = 2
}
