import { registerHooks } from 'node:module'

// Lets a plain Node process run the TypeScript sources: `./x.js` is looked up as `./x.ts`.
registerHooks({
  resolve(specifier, context, next) {
    try {
      return next(specifier, context)
    } catch (error) {
      if (!specifier.endsWith('.js') || !/^[./]/.test(specifier)) throw error
      return next(`${specifier.slice(0, -3)}.ts`, context)
    }
  },
})
