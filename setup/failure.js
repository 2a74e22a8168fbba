'use strict';

/** A set-up failure whose message is complete: what went wrong and what to do. Printed without a stack. */
class SetupFailure extends Error {
  /**
   * @param {string} problem one sentence
   * @param {{fix?: string, log?: string}} [more] what to do about it; the log file with the details
   */
  constructor(problem, { fix, log } = {}) {
    super(problem);
    this.name = 'SetupFailure';
    this.fix = fix;
    this.log = log;
  }
}

module.exports = { SetupFailure };
