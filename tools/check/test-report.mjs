import { existsSync, readFileSync } from 'node:fs';

/** A file whose tests never began is one fault, however many tests it holds. */
function brokenFiles({ testResults }) {
  return testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && assertionResults.every((test) => test.status !== 'failed'),
  ).length;
}

/**
 * Reads what the test runner reported: how many tests passed and failed, and the names of those that did not run.
 *
 * @param hasPassed - whether the runner itself ended well. One that did not has failed at least once, whatever it reported.
 */
export function readTestReport(path, hasPassed) {
  if (!existsSync(path)) return { passed: 0, failed: 1, skipped: [] };
  const report = JSON.parse(readFileSync(path, 'utf8'));
  const failed = report.numFailedTests + brokenFiles(report);
  const skipped = report.testResults.flatMap(({ assertionResults }) =>
    assertionResults
      .filter(({ status }) => status !== 'passed' && status !== 'failed')
      .map(({ fullName }) => fullName),
  );
  return {
    passed: report.numPassedTests,
    failed: hasPassed ? failed : Math.max(failed, 1),
    skipped,
  };
}
