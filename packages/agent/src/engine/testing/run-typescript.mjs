// Lets plain `node --import` run the sources: a relative './x.js' of ours means './x.ts'.
import { existsSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { fileURLToPath } from 'node:url'

registerHooks({
  resolve(specifier, context, next) {
    if (!specifier.startsWith('.') || !specifier.endsWith('.js')) return next(specifier, context)
    const source = `${specifier.slice(0, -3)}.ts`
    return next(existsSync(fileURLToPath(new URL(source, context.parentURL))) ? source : specifier, context)
  },
})
