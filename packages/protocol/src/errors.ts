import type { SheafErrorCode } from './error-codes.js'

/** What a `SheafError` is made of. `message` says what and where, `hint` what the person can do about it. */
export interface SheafErrorInit {
  readonly code: SheafErrorCode
  readonly message: string
  readonly hint?: string | undefined
  readonly cause?: unknown
  /** Ids and values that a program may want; must be JSON and free of secrets. */
  readonly details?: Readonly<Record<string, unknown>> | undefined
}

/** The JSON form in which an error crosses HTTP and the wire. */
export interface SheafErrorJson {
  readonly code: string
  readonly message: string
  readonly hint?: string
  readonly details?: Readonly<Record<string, unknown>>
}

/**
 * The one error class of the project. Callers match on `code`, never on text.
 * An expected refusal inside the pure core is data instead, not an error.
 */
export class SheafError extends Error {
  readonly code: SheafErrorCode
  readonly hint: string | undefined
  readonly details: Readonly<Record<string, unknown>>

  constructor(init: SheafErrorInit) {
    super(init.message, init.cause === undefined ? undefined : { cause: init.cause })
    this.name = 'SheafError'
    this.code = init.code
    this.hint = init.hint
    this.details = init.details ?? {}
  }

  toJSON(): SheafErrorJson {
    return {
      code: this.code,
      message: this.message,
      ...(this.hint === undefined ? {} : { hint: this.hint }),
      ...(Object.keys(this.details).length === 0 ? {} : { details: this.details }),
    }
  }
}

/** True for a `SheafError`, optionally of one code. Works across realms and duplicated packages. */
export function isSheafError(value: unknown, code?: SheafErrorCode): value is SheafError {
  if (!(value instanceof Error) || value.name !== 'SheafError') return false
  return code === undefined || ('code' in value && value.code === code)
}

/** Wraps anything thrown into a `SheafError`, keeping one that already is. */
export function toSheafError(value: unknown, fallback: Omit<SheafErrorInit, 'cause'>): SheafError {
  return isSheafError(value) ? value : new SheafError({ ...fallback, cause: value })
}
