/**
 * Who may import whom, for dependency-cruiser (which reads CommonJS): `cli -> agent, client ->
 * coordinator, timeline -> protocol`, each package through its index alone.
 */

/** Packages and what they may import of the others. */
const mayImport = {
  protocol: [],
  timeline: ['protocol'],
  coordinator: ['protocol'],
  client: ['protocol'],
  agent: ['coordinator', 'timeline', 'protocol'],
  cli: ['agent', 'client', 'coordinator', 'timeline', 'protocol'],
}

const testFiles = '\\.test\\.ts$|/testing/'

const directions = Object.entries(mayImport).map(([name, allowed]) => ({
  name: `direction-of-${name}`,
  comment: `${name} may import ${allowed.length === 0 ? 'no other package' : allowed.join(', ')}`,
  severity: 'error',
  from: { path: `^packages/${name}/src/` },
  to: { path: '^(packages|bench|test)/', pathNot: `^packages/(${[name, ...allowed].join('|')})/` },
}))

module.exports = {
  forbidden: [
    ...directions,
    {
      name: 'only-through-the-index',
      comment:
        "another package's files are its own affair: import its index, or that of what it offers to tests and benches",
      severity: 'error',
      from: { path: '^(packages/[^/]+|bench|test)/' },
      to: { path: '^packages/[^/]+/', pathNot: ['^$1/', '^packages/[^/]+/src/((testing|measuring)/)?index\\.ts$'] },
    },
    {
      name: 'no-bench-or-test-in-packages',
      comment: 'what ships must not lean on what measures or tests it',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/', pathNot: testFiles },
      to: { path: testFiles },
    },
    {
      name: 'pure-means-no-packages',
      comment: 'coordinator and timeline import protocol alone',
      severity: 'error',
      from: { path: '^packages/(coordinator|timeline)/src/', pathNot: testFiles },
      to: { pathNot: '^packages/(coordinator|timeline|protocol)/' },
    },
    {
      name: 'no-io-in-protocol',
      comment: 'protocol holds words, not deeds: no modules of Node',
      severity: 'error',
      from: { path: '^packages/protocol/src/', pathNot: testFiles },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'no-cycles',
      comment: 'files that need each other are one file, or lack a third',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'declared',
      comment: "an imported package must be in the importer's package.json",
      severity: 'error',
      from: { path: '^packages/[^/]+/src/|^bench/src/', pathNot: testFiles },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'found',
      comment: 'the import leads nowhere',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '/dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.lint.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['sheaf-source', 'import', 'node', 'default', 'types'],
    },
  },
}
