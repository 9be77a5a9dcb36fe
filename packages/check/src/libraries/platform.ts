import type { Library } from './types.ts'

/** Next.js: what a request brings, and what ends it. */
export const next: Library = {
  name: 'Next.js',
  packages: ['next/*'],
  calls: {
    '{redirect,permanentRedirect,notFound,forbidden,unauthorized}': { exits: true },
    'cookies': { carries: 'credential' },
    'cookies().{get,getAll,has,toString}': { gives: 'credential' },
    'cookies().{set,delete}': { effect: 'cookie' },
    'headers': { carries: 'credential' },
    'headers().{get,has,entries}': { gives: 'credential' },
    'unstable_cache': { passes: 0 },
    'after': {},
  },
}

/** React: wrappers that add no check. */
export const react: Library = {
  name: 'React',
  packages: ['react', 'react/*'],
  calls: {
    '{cache,default.cache,useCallback,memo,forwardRef,startTransition}': { passes: 0 },
  },
}

/** Node.js and the web platform. */
export const globals: Library = {
  name: 'Web platform',
  packages: ['global'],
  calls: {
    'fetch': { effect: 'network', style: 'plain' },
    'structuredClone': { passes: 0 },
    'process.exit': { exits: true },
    '{String,Object,decodeURIComponent,encodeURIComponent}': { passes: 0 },
    'Bun.write': { effect: 'file-write' },
  },
}

/** Files and processes. */
export const nodeBuiltins: Library = {
  name: 'Node.js',
  packages: ['node:fs', 'node:fs/promises', 'node:child_process', 'node:crypto', 'fs', 'fs/promises', 'fs-extra', 'child_process', 'crypto', 'execa', 'path'],
  calls: {
    '**{writeFile,writeFileSync,appendFile,appendFileSync,unlink,unlinkSync,rm,rmSync,rmdir,rmdirSync,rename,renameSync,copyFile,copyFileSync,cp,cpSync,outputFile,outputJson,writeJson,remove,move,copy,createWriteStream,chmod,symlink,truncate}': { effect: 'file-write' },
    '**{readFile,readFileSync,readdir,readdirSync,readJson,createReadStream,opendir}': { effect: 'file-read' },
    '{exec,execSync,execFile,execFileSync,spawn,spawnSync,fork,execa,$}': { effect: 'command' },
    '**{timingSafeEqual}': { verifies: false },
    '**createDecipheriv': { effect: 'decrypt' },
  },
}

/** Assertions. */
export const assertions: Library = {
  name: 'Assertions',
  packages: ['assert', 'node:assert', 'node:assert/strict', 'tiny-invariant', 'invariant', '@epic-web/invariant', 'ts-invariant', 'tiny-assert'],
  calls: { '{default,default.ok,ok,invariant,invariantResponse,assert}': { asserts: true } },
}

/** Hashes of passwords. */
export const passwords: Library = {
  name: 'Password hashes',
  packages: ['bcrypt', 'bcryptjs', 'bcrypt-ts', 'argon2', '@node-rs/argon2', '@node-rs/bcrypt', 'oslo/password', 'hash-wasm', 'scrypt-js', '@phc/*'],
  calls: {
    '**{compare,compareSync,verify,verifySync,argon2Verify,bcryptVerify}': { verifies: false, effect: 'password' },
    '**{hash,hashSync}': {},
  },
}

/** Signatures of webhooks. */
export const webhooks: Library = {
  name: 'Webhook signatures',
  packages: ['svix', 'stripe', '@octokit/webhooks', '@upstash/qstash', '@upstash/qstash/*', '@polar-sh/*', 'standardwebhooks', '@lemonsqueezy/*', '@slack/*', 'inngest', 'inngest/*', '@trigger.dev/*'],
  calls: {
    '**webhooks.{constructEvent,constructEventAsync}': { verifies: 'throws', authorizes: true },
    '**Webhook().verify': { verifies: 'throws', authorizes: true },
    '**Receiver().verify': { verifies: 'throws', authorizes: true },
    '**.verifyAndReceive': { verifies: 'throws', authorizes: true },
    'validateEvent': { verifies: 'throws', authorizes: true },
    '{verifySignature,verifySignatureAppRouter,verifySignatureEdge}': { session: 'throws' },
    // Payments.
    '**default().*.{create,update,del,cancel,retrieve,list,confirm,capture,search}': { effect: 'payment', style: 'where-data' },
    '**default().*.*.{create,update,del,cancel,retrieve,list,confirm,capture}': { effect: 'payment', style: 'where-data' },
    '**Stripe().**.{create,update,del,cancel,retrieve,list,confirm,capture,search}': { effect: 'payment', style: 'where-data' },
    '{createCheckout,updateSubscription,cancelSubscription}': { effect: 'payment', style: 'where-data' },
    // Queues.
    '**Client().{publishJSON,publish,batchJSON,send,trigger}': { effect: 'queue' },
    '**.{trigger,batchTrigger,triggerAndWait}': { effect: 'queue' },
    '**Inngest().send': { effect: 'queue' },
  },
}

/** Mail, text messages, notifications. */
export const messages: Library = {
  name: 'Messages',
  packages: ['resend', 'nodemailer', '@sendgrid/*', 'postmark', 'twilio', 'mailgun.js', '@aws-sdk/client-ses', 'web-push', '@mailchimp/*', '@knocklabs/*', '@novu/*', 'loops', 'plunk'],
  calls: {
    '**{emails,batch}.{send,create}': { effect: 'message', style: 'plain' },
    '**{sendMail,sendEmail,sendEmailWithTemplate,sendTransactionalEmail,send,notify,trigger,sendNotification}': { effect: 'message', style: 'plain' },
    '**messages.create': { effect: 'message', style: 'plain' },
  },
}

/** Calls of language models and other models that cost money. */
export const models: Library = {
  name: 'Models',
  packages: ['ai', 'ai/*', '@ai-sdk/*', 'openai', 'openai/*', '@anthropic-ai/*', '@google/generative-ai', '@google/genai', '@mistralai/*', 'groq-sdk', 'cohere-ai', 'replicate', '@langchain/*', 'langchain', 'langchain/*', 'together-ai', '@huggingface/*', '@fal-ai/*', 'elevenlabs', 'ollama', '@mastra/*', 'llamaindex', '@xenova/*', '@openrouter/*'],
  calls: {
    '{generateText,streamText,generateObject,streamObject,embed,embedMany,generateImage,experimental_generateImage,experimental_generateSpeech,experimental_transcribe,generateSpeech,transcribe,streamUI,rerank}': { effect: 'model', style: 'plain' },
    '**{completions.create,messages.create,messages.stream,responses.create,responses.stream,images.generate,images.edit,embeddings.create,speech.create,transcriptions.create,completions.stream,chat.complete,chat.stream,beta.chat.completions.parse,completions.parse,responses.parse,moderations.create}': { effect: 'model', style: 'plain' },
    '**{generateContent,generateContentStream,sendMessage,sendMessageStream,embedContent,textGeneration,chatCompletion,chatCompletionStream,textToImage}': { effect: 'model', style: 'plain' },
    '**{default,Replicate}().{run,stream,subscribe}': { effect: 'model', style: 'plain' },
    '**().{invoke,stream,call,predict,generate}': { effect: 'model', style: 'plain' },
  },
}
