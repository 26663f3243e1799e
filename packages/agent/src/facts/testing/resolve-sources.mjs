import { register } from 'node:module'

// Lets a plain Node process run the TypeScript sources: `./x.js` is looked up as `./x.ts`.
const hooks = `
export async function resolve(specifier, context, next) {
  try { return await next(specifier, context) }
  catch (error) {
    if (!specifier.endsWith('.js') || !/^[./]/.test(specifier)) throw error
    return next(specifier.slice(0, -3) + '.ts', context)
  }
}`
register(`data:text/javascript,${encodeURIComponent(hooks)}`)
