import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'

/** Asks a person at the terminal; `hidden` shows nothing of what is typed. Rejects with the signal's reason. */
export async function askPerson(
  question: string,
  options: { readonly hidden?: boolean | undefined; readonly signal: AbortSignal },
): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const output = options.hidden === true ? silent : process.stderr
  if (options.hidden === true) process.stderr.write(question)
  const reader = createInterface({ input: process.stdin, output, terminal: true })
  try {
    return await reader.question(options.hidden === true ? '' : question, { signal: options.signal })
  } finally {
    reader.close()
    if (options.hidden === true) process.stderr.write('\n')
  }
}

/** All that comes on standard input, at most 4,096 characters. */
export async function readStandardInput(): Promise<string> {
  let text = ''
  for await (const chunk of process.stdin) {
    text += String(chunk)
    if (text.length > 4096) break
  }
  return text.slice(0, 4096)
}
