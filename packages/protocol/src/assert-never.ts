/** Ends a switch over a union: a case that the compiler did not see is a broken invariant and throws. */
export function assertNever(value: never): never {
  throw new Error(`unexpected value: ${JSON.stringify(value)}`)
}
