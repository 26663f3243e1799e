/**
 * A reporter for vitest that fails the run when a test was skipped: where every tool must be
 * there (SHEAF_REQUIRE_TOOLS=1, as in CI), a test that skips itself is a hole that nobody sees.
 */
export class NoSkippedTests {
  /**
   * @param {readonly import('vitest/node').TestModule[]} modules
   */
  onTestRunEnd(modules) {
    const skipped = modules.flatMap((module) =>
      [...module.children.allTests('skipped')].map((test) => `${module.relativeModuleId}: ${test.fullName}`),
    )
    if (skipped.length === 0) return
    process.exitCode = 1
    process.stderr.write(`\nskipped although SHEAF_REQUIRE_TOOLS is set, which fails the run:\n`)
    for (const line of skipped) process.stderr.write(`  ${line}\n`)
  }
}
