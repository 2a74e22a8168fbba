// Kinds of files after reports to other libraries, in which a number landed in the wrong column, a row went missing or a raw error came.
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, before, test } from 'node:test';
import { ReluctantError } from '../../src/core';
import { load, toMarket } from '../../src/data';

let folder: string;
before(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'reluctant-odd-'));
});
after(() => fs.rmSync(folder, { recursive: true, force: true }));

function write(text: string, name = 'file.csv'): string {
  const file = path.join(folder, name);
  fs.writeFileSync(file, text);
  return file;
}

/** Columns by name, what a table of text holds. */
async function read(text: string, name?: string, options = {}) {
  const dataset = await load(write(text, name), options);
  const columns = Object.fromEntries(dataset.names.map((column) => [column, [...dataset.values(column)]]));
  return { columns, notes: dataset.notes.join('; ') };
}

async function refuses(text: string, code: string, words: RegExp, name?: string) {
  await assert.rejects(load(write(text, name)), (error: unknown) => {
    assert.ok(error instanceof ReluctantError, String(error));
    assert.equal(error.code, code);
    assert.match(error.message, words);
    assert.ok(error.details.fix, 'it says what to do');
    return true;
  });
}

const days = ['2020-01-02', '2020-01-03', '2020-01-06'];
const lines = (row: (day: string, k: number) => string) => days.map((day, k) => `${row(day, k)}\n`).join('');

test('a delimiter at the end of every row shifts no column', async () => {
  const { columns } = await read(`Date,Open,Close\n${lines((day, k) => `${day},${k}.5,${k}.75,`)}`);
  assert.deepEqual(columns, { Date: days, Open: [0.5, 1.5, 2.5], Close: [0.75, 1.75, 2.75] });
});

test('lines that end in two ways are all there, whichever comes first', async () => {
  const expected = { Date: days, Close: [0.5, 1.5, 2.5] };
  for (const [first, second] of [
    ['\n', '\r\n'],
    ['\r\n', '\n'],
    ['\n', '\r'],
    ['\r', '\n'],
  ] as const) {
    const rows = days.map((day, k) => `${day},${k}.5${k === 0 ? first : second}`).join('');
    assert.deepEqual((await read(`Date,Close${first}${rows}`)).columns, expected, JSON.stringify([first, second]));
  }
  // A line end within quotation marks belongs to its cell.
  const { columns } = await read('Date,Note\r\n2020-01-02,"a\nb"\r\n2020-01-03,c\r\n');
  assert.deepEqual(columns, { Date: days.slice(0, 2), Note: ['a\nb', 'c'] });
});

test('24:00 is not taken for the day after', async () => {
  const { columns } = await read(`Date,Close\n${lines((day, k) => `${day} 24:00:00,${k}.5`)}`);
  assert.deepEqual(columns['Date'], [`${days[0]} 24:00:00`, `${days[1]} 24:00:00`, `${days[2]} 24:00:00`]);
  await refuses('Date,Close\n2020-01-02 23:00:00,1.5\n2020-01-02 24:00:00,2.5\n', 'value-not-readable', /24:00:00/);
});

test('blanks before a quotation mark are no part of the cell', async () => {
  const { columns } = await read(`Date, Name, Close\n${lines((day, k) => `${day}, "Foo, Inc", "${k}.75"`)}`);
  assert.deepEqual(columns, { Date: days, Name: ['Foo, Inc', 'Foo, Inc', 'Foo, Inc'], Close: [0.75, 1.75, 2.75] });
  const inches = await read(`Date,Note\n${lines((day) => `${day}, 5" pipe`)}`);
  assert.deepEqual(inches.columns['Note'], [' 5" pipe', ' 5" pipe', ' 5" pipe']);
});

test('numbers that contradict each other are refused where one of them needs no form', async () => {
  await refuses('Date;Close\n2020-01-02;1,5\n2020-01-03;2.25\n', 'number-ambiguous', /two ways: "1,5" and "2.25"/);
});

test('quotation marks of another kind are refused in words', async () => {
  const single = lines((day, k) => `'${day}','Foo, Inc','${k}.5'`);
  await refuses(`'date','name','close'\n${single}`, 'row-not-readable', /single quotation marks/);
  const whole = lines((day, k) => `"${day},${k}.5,${k}.75"`);
  await refuses(`"Date,Open,Close"\n${whole}`, 'row-not-readable', /each line is one cell/);
});

test('rare delimiters cut where nothing else does', async () => {
  for (const mark of ['^', '~', '\u0001']) {
    const text = [['Date', 'Open', 'Close'], ...days.map((day, k) => [day, `${k}.5`, `${k}.75`])];
    const { columns } = await read(text.map((cells) => cells.join(mark)).join('\n'));
    assert.deepEqual(columns, { Date: days, Open: [0.5, 1.5, 2.5], Close: [0.75, 1.75, 2.75] }, JSON.stringify(mark));
  }
});

test('errors of a sheet are missing numbers, and thin spaces stand between thousands', async () => {
  const faults = ['#NAME?', '#NULL!', '#SPILL!'];
  const { columns } = await read(`Date,Close\n${lines((day, k) => `${day},${faults[k]}`)}2020-01-07,1.5\n`);
  assert.deepEqual(columns['Close'], [undefined, undefined, undefined, 1.5]);
  const thin = await read(`Date;Volume\n${lines((day, k) => `${day};2\u2009345\u200960${k}`)}`);
  assert.deepEqual(thin.columns['Volume'], [2345600, 2345601, 2345602]);
});

test('rows of dividends and splits among prices are left out, and said so', async () => {
  const { columns, notes } = await read(
    `Date,Open,Close,Volume\n"Feb 07, 2020",322.37,320.03,294\n"Feb 07, 2020",0.77 Dividend,,\n"Feb 06, 2020",4:1 Stock Splits,,\n"Feb 06, 2020",-,-,-\n`,
  );
  assert.deepEqual(columns, {
    Date: ['2020-02-07', '2020-02-06'],
    Open: [322.37, undefined],
    Close: [320.03, undefined],
    Volume: [294, undefined],
  });
  assert.match(notes, /2 rows that tell of dividends or splits left out/);
});

test('months are their first day, and a day that its year lacks is none', async () => {
  const { columns, notes } = await read('Date,Close\n2020-01,1.5\n2020-02,2.5\n');
  assert.deepEqual(columns['Date'], ['2020-01-01', '2020-02-01']);
  assert.match(notes, /holds months: each is its first day/);
  const named = await read('Date,Close\nJan-20,1.5\nFeb-20,2.5\n', 'named.csv', { dateFormat: '%b-%y' });
  assert.deepEqual(named.columns['Date'], ['2020-01-01', '2020-02-01']);
  await assert.rejects(read('Date,Close\n2020400,1.5\n', 'days.csv', { dateFormat: '%Y%j' }), /not a date/);
});

test('what is no table is refused as what it is', async () => {
  await refuses('Exceeded the daily hits limit', 'not-a-table', /a sentence and no table/);
  await refuses('{"Information": "Thank you for using our service!"}', 'table-not-found', /a message/, 'answer.json');
  const two = `Date,Close\n2020-01-02,1.5\n2020-01-03,2.5\n\nSymbol,Qty,Price\nAAPL,10,5.5\nMSFT,20,6.5\n`;
  await refuses(two, 'row-not-readable', /two tables .*skipRows: 4/s);
  const { columns } = await read(two, 'lower.csv', { skipRows: 4 });
  assert.deepEqual(columns, { Symbol: ['AAPL', 'MSFT'], Qty: [10, 20], Price: [5.5, 6.5] });
});

test('a note or a total in a row as wide as the table is no row of it', async () => {
  const { columns, notes } = await read(
    'Symbol|Name|Test\nA|Agilent, Inc.|N\nNA|Nano Labs|N\nFile Creation Time: 0102202021:31||\n',
  );
  assert.deepEqual(columns['Symbol'], ['A', 'NA']);
  assert.match(notes, /row 4 is a note and is left out/);
  const total = await read('Symbol,Volume\nA,100\nB,200\n"Total",300\n');
  assert.deepEqual(total.columns, { Symbol: ['A', 'B'], Volume: [100, 200] });
  const ticker = await read(`Symbol,Date,Close\n${lines((day, k) => `SUM,${day},${k}.5`)}`);
  assert.deepEqual(ticker.columns['Symbol'], ['SUM', 'SUM', 'SUM']);
});

test('dates that need a format are doubted with the format that reads them', async () => {
  for (const [cells, format, first] of [
    [['2000', '2001'], '%Y', '2000-01-01'],
    [['202001', '202002'], '%Y%m', '2020-01-01'],
    [['43832', '43833'], 'excel', '2020-01-02'],
    [['Jan-20', 'Feb-20'], '%b-%y', '2020-01-01'],
    [['Jan 2020', 'Feb 2020'], '%b %Y', '2020-01-01'],
    [['1/2020', '2/2020'], '%m/%Y', '2020-01-01'],
  ] as const) {
    const text = `Date,Close\n${cells.map((cell, k) => `${cell},${k}.5\n`).join('')}`;
    const file = write(text);
    const dataset = await load(file);
    assert.throws(() => toMarket(dataset), new RegExp(`dateFormat: "${format}"`), format);
    assert.equal((await read(text, 'told.csv', { dateFormat: format })).columns['Date']![0], first);
  }
});

test('a comma between thousands moves no column under the name of its neighbour', async () => {
  await refuses(
    `Date,Close\n${lines((day, k) => `${day},1,20${k}.50`)}`,
    'row-not-readable',
    /3 cells and the header 2/,
  );
  await refuses('Symbol,Close\nA,1,204.5\nB,2,304.5\n', 'row-not-readable', /3 cells and the header 2/);
  const { columns } = await read('Open,Close\n2020-01-02,1,204.5\n2020-01-03,2,304.5\n');
  assert.deepEqual(columns, { column0: ['2020-01-02', '2020-01-03'], Open: [1, 2], Close: [204.5, 304.5] });
});

test('a ticker padded with blanks in some rows is named, since it makes two series of one', async () => {
  const { columns, notes } = await read(
    'Ticker,Date,Close\nAAPL ,2020-01-02,1.5\nAAPL,2020-01-03,2.5\nMSFT ,2020-01-03,3.5\n',
  );
  assert.deepEqual(columns['Ticker'], ['AAPL ', 'AAPL', 'MSFT ']);
  assert.match(notes, /"AAPL " and "AAPL" are two symbols/);
});

test('a column of JSON that is shorter than the others is not dropped without a word', async () => {
  const text = '{"date":["2020-01-02","2020-01-03"],"close":[1.5,2.5],"volume":[100]}';
  await refuses(text, 'table-not-found', /columns of one length/, 'columns.json');
});
