#!/usr/bin/env node
import { enableCompileCache } from 'node:module'

// The agent is some fifteen hundred modules: from the second start on they come compiled.
enableCompileCache()
await import('./command-line.js')
