/** Does something with each item, `atOnce` at a time, in order; the first error ends it, after those that have begun. */
export async function eachOf<T>(items: Iterable<T>, atOnce: number, act: (item: T) => Promise<unknown>): Promise<void> {
  const queue = items[Symbol.iterator]()
  let failure: { readonly error: unknown } | undefined
  const work = async (): Promise<void> => {
    while (failure === undefined) {
      const next = queue.next()
      if (next.done === true) return
      try {
        await act(next.value)
      } catch (error) {
        failure ??= { error }
      }
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  if (failure !== undefined) throw failure.error
}
