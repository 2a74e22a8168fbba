import * as fs from 'node:fs';
import * as path from 'node:path';
import { ReluctantError, writeAtomically } from '../../core';
import type { Made } from './card';
import { parseNotebook, readNotebook } from './notebookFile';
import { renderPage } from './page';

/**
 * An executed notebook as one HTML page that needs nothing else: prose, folded code, tables, errors, and its figures both
 * as pictures and alive (plotly.js is carried once, compressed). It works without a network, and reads without JavaScript.
 * Everything from the notebook is escaped or sanitised.
 *
 * @param notebook the notebook as it was read from its JSON (format 4).
 * @param name its file name, for the title and the footer.
 * @param made how it was made, for the card at the head of the page.
 * @returns the page: its question, a card with the answer (verdict and skills of each diagnosis shown, what the cells tagged `verdict` show,
 *   the claims, how to make it again), and the cells.
 * @throws `not-a-notebook` with the place that does not fit.
 *
 * @example
 * const cells = [{ cell_type: 'markdown', metadata: {}, source: '# Hello' }];
 * renderReport({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells }, 'hello.ipynb').includes('<h1'); // true
 */
export function renderReport(notebook: unknown, name: string, made?: Made): string {
  return renderPage(parseNotebook(notebook, name), name, made);
}

/** What was written. */
export interface WrittenReport {
  file: string;
  bytes: number;
}

/**
 * Writes the report of an executed notebook (see {@link renderReport}). The file appears whole or not at all.
 *
 * @param notebookFile path of the executed notebook.
 * @param reportFile path of the page; its folder is made.
 * @param made how the notebook was executed, for the card at the head of the page.
 * @throws `not-a-notebook`, `file-not-read`, `report-not-written`.
 *
 * @example
 * const [fs, os, path] = [require('node:fs'), require('node:os'), require('node:path')];
 * const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'report-'));
 * const executed = path.join(folder, 'hello.ipynb');
 * fs.writeFileSync(executed, '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}');
 * writeReport(executed, path.join(folder, 'hello.html')).bytes > 1000; // true
 * fs.rmSync(folder, { recursive: true });
 */
export function writeReport(notebookFile: string, reportFile: string, made?: Made): WrittenReport {
  const page = renderPage(readNotebook(notebookFile), path.basename(notebookFile), made);
  try {
    fs.mkdirSync(path.dirname(reportFile), { recursive: true });
    writeAtomically(reportFile, page);
  } catch (cause) {
    throw new ReluctantError({
      code: 'report-not-written',
      operation: 'notebook.writeReport',
      problem: 'the report could not be written',
      where: { file: reportFile },
      received: cause instanceof Error ? cause.message : cause,
      fix: 'see that the folder can be written to and the disk has room',
      cause,
    });
  }
  return { file: reportFile, bytes: Buffer.byteLength(page) };
}
