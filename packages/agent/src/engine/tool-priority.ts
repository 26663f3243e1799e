import { execa } from 'execa'

/**
 * Words to put before a command so that it runs at low CPU and disk priority and dies with this
 * process, even when that is killed with SIGKILL. Each wrapper replaces itself by the next (exec),
 * so the pid stays. Wrappers that are missing or refuse are left out.
 *
 * On Linux `nice` beats setting the priority afterwards: that would miss threads already started.
 * Elsewhere a tool whose pipes break ends by itself, and Windows kills the children of a job object.
 */
export function priorityPrefix(): Promise<readonly string[]> {
  found ??= findWrappers()
  return found
}

let found: Promise<readonly string[]> | undefined

const wrappers: readonly (readonly string[])[] = [
  ['setpriv', '--pdeathsig', 'KILL'],
  ['ionice', '-c', '3'],
  ['nice', '-n', '10'],
]

async function findWrappers(): Promise<readonly string[]> {
  if (process.platform === 'win32') return []
  const usable = await Promise.all(wrappers.map(isUsable))
  return wrappers.filter((_, index) => usable[index]).flat()
}

async function isUsable(wrapper: readonly string[]): Promise<boolean> {
  const [file = '', ...args] = wrapper
  const { failed } = await execa(file, [...args, 'true'], { reject: false, stdio: 'ignore', timeout: 5000 })
  return !failed
}
