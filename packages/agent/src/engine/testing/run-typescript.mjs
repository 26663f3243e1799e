// Lets plain `node --import` run the sources: relative './x.js' means './x.ts'.
import { registerHooks } from 'node:module'

registerHooks({
  resolve(specifier, context, next) {
    if (!specifier.startsWith('.') || !specifier.endsWith('.js')) return next(specifier, context)
    return next(`${specifier.slice(0, -3)}.ts`, context)
  },
})
