import eslint from '@eslint/js'
import { defineConfig, globalIgnores } from 'eslint/config'
import globals from 'globals'
import tseslint from 'typescript-eslint'

const tests = ['**/*.test.ts', '**/*.test.mjs', '**/testing/**', 'test/**']
const pureSources = ['packages/coordinator/src/**/*.ts', 'packages/timeline/src/**/*.ts']

/** In the pure packages a value that differs from run to run must arrive in the input. */
const impureSyntax = [
  ['CallExpression[callee.object.name="Date"]', 'no clock here: take `atMs` from the input'],
  ['NewExpression[callee.name="Date"]', 'no clock here: take `atMs` from the input'],
  ['CallExpression[callee.name="Date"]', 'no clock here: take `atMs` from the input'],
  ['MemberExpression[object.name="Math"][property.name="random"]', 'no randomness here: take a seed from the input'],
  ['MemberExpression[object.name="Math"][computed=true]', 'name the function of Math that is meant'],
  [':function[async=true]', 'decisions are synchronous'],
  ['AwaitExpression', 'decisions are synchronous'],
  ['ForOfStatement[await=true]', 'decisions are synchronous'],
  ['ImportExpression', 'decisions are synchronous'],
].map(([selector, message]) => ({ selector, message }))

const impureGlobals = ['performance', 'Promise', 'Atomics', 'SharedArrayBuffer', 'WeakRef', 'FinalizationRegistry'].map(
  (name) => ({ name, message: 'decisions are synchronous, and depend on their input alone' }),
)

export default defineConfig(
  globalIgnores(['.sheaf/**', '**/dist/**', '**/coverage/**', '.tools/**', '**/gen/**', '**/generated/**']),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  eslint.configs.recommended,
  tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      globals: globals.node,
      parserOptions: { project: './tsconfig.lint.json', tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      eqeqeq: 'error',
      'no-console': 'error',
      'max-lines': ['error', 500],
      'max-lines-per-function': ['error', 80],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // Numbers read well in messages, and are exact there.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      // `() => stop()` in a listener says what happens and needs no braces.
      '@typescript-eslint/no-confusing-void-expression': 'off',
      // Formats are read by code points and control characters here, on purpose.
      'no-control-regex': 'off',
      '@typescript-eslint/no-misused-spread': ['error', { allow: ['string'] }],
      // An async function may fulfil an interface that is asynchronous elsewhere.
      '@typescript-eslint/require-await': 'off',
      // Namespaces of data, such as handler tables, may be classes with static parts only.
      '@typescript-eslint/no-extraneous-class': 'off',
    },
  },
  {
    files: ['packages/cli/**', 'packages/*/scripts/**', 'bench/**', 'scripts/**'],
    rules: { 'no-console': 'off' },
  },
  {
    // Scripts are checked JavaScript that reads JSON of the repository itself.
    files: ['**/*.mjs', '**/*.js'],
    rules: {
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
    },
  },
  {
    files: pureSources,
    ignores: tests,
    rules: {
      'no-restricted-syntax': ['error', ...impureSyntax],
      'no-restricted-globals': ['error', ...impureGlobals],
    },
  },
  {
    files: tests,
    rules: {
      'max-lines': 'off',
      'max-lines-per-function': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/unbound-method': 'off',
      'no-restricted-syntax': [
        'error',
        {
          selector: 'MemberExpression[property.name=/^(only|skip|todo)$/]',
          message: 'a test that does not run is a defect that nobody sees: finish or delete it (for tools use skipIf)',
        },
        {
          selector:
            'CallExpression[callee.name=/^(it|test|describe)$/] > ObjectExpression > Property[key.name=/^(only|skip|todo)$/]',
          message: 'a test that does not run is a defect that nobody sees: finish or delete it (for tools use skipIf)',
        },
        {
          selector: 'CallExpression[callee.name=/^(xit|xtest|xdescribe|fit|fdescribe)$/]',
          message: 'a test that does not run is a defect that nobody sees: finish or delete it',
        },
      ],
    },
  },
)
