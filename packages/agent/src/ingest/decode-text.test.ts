import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { readEditFile } from './open-edit.js'

async function readBytes(bytes: Uint8Array): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sheaf-text-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const path = join(folder, 'words.srt')
  await writeFile(path, bytes)
  return readEditFile(path)
}
const utf16 = Buffer.from('\uFEFFSchöne Grüße', 'utf16le')

it.each([
  ['UTF-8', Buffer.from('Schöne Grüße')],
  ['UTF-8 with a mark', Buffer.from('\uFEFFSchöne Grüße')],
  ['UTF-16, the lower byte first', utf16],
  ['UTF-16, the higher byte first', Buffer.from(utf16).swap16()],
])('reads a text in %s', async (_, bytes) => expect(await readBytes(bytes)).toBe('Schöne Grüße'))

it('refuses a text in another encoding, by the name of its file', async () => {
  await expect(readBytes(Buffer.from('Schöne Grüße', 'latin1'))).rejects.toMatchObject({
    code: 'SHEAF_EDIT_INVALID',
    message: expect.stringMatching(/words\.srt is no text in UTF-8/) as string,
    hint: 'Save it again as UTF-8.',
  })
})
