import { randomBytes, timingSafeEqual } from 'node:crypto'

/** The password of one render: known to this process and the tool that it started, worth nothing afterwards. */
export class ReadsSecret {
  readonly #expected: Buffer
  readonly #userInfo: string

  /** `id` has no `:`. */
  constructor(id: string) {
    this.#userInfo = `${id}:${randomBytes(24).toString('hex')}`
    this.#expected = Buffer.from(`Basic ${Buffer.from(this.#userInfo).toString('base64')}`)
  }

  /**
   * The environment of a tool that reads from the server at `port`. A process's environment is shown to its own user
   * alone, its arguments to everybody on the machine.
   */
  environment(port: number): Readonly<Record<string, string>> {
    return { http_proxy: `http://${this.#userInfo}@127.0.0.1:${port}`, no_proxy: '' }
  }

  /** Whether a `Proxy-Authorization` header knows it. */
  isKnownTo(header: string | undefined): boolean {
    const given = Buffer.from(header ?? '')
    return given.length === this.#expected.length && timingSafeEqual(given, this.#expected)
  }
}

/** Which render a `Proxy-Authorization` header speaks of; nothing is proved by that. */
export function readsIdOf(header: string | undefined): string | undefined {
  const match = /^Basic ([A-Za-z0-9+/=]{1,512})$/.exec(header ?? '')
  return match === null
    ? undefined
    : Buffer.from(match[1] ?? '', 'base64')
        .toString('latin1')
        .split(':')[0]
}
