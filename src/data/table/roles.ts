/** The columns of daily market data that features and targets are made from. */
export const MARKET_COLUMNS = ['symbol', 'date', 'open', 'high', 'low', 'close', 'volume'] as const;
/** The name of a column of daily market data. */
export type MarketColumn = (typeof MARKET_COLUMNS)[number];

/**
 * What each column is also called in files, the likelier names first; compared as {@link plainName} gives them. From the
 * exports of Yahoo, Stooq, Nasdaq, Investing.com, FRED, CRSP, Compustat, Alpha Vantage, Binance, Kraken, CryptoDataDownload,
 * CoinGecko, Dukascopy, MetaTrader, Finam, Tushare, AkShare, Qlib and Zipline.
 */
export const ALIASES: Readonly<Record<MarketColumn, readonly string[]>> = {
  symbol: [
    ...[
      'symbol',
      'ticker',
      'sym',
      'tic',
      'tick',
      'symbols',
      'tickers',
      'tickersymbol',
      'stocksymbol',
      'tradingsymbol',
      'pair',
    ],
    ...[
      'instrument',
      'instrumentid',
      'tscode',
      'kdcode',
      'stockcode',
      'securitycode',
      'secid',
      'securityid',
      'sid',
      'permno',
    ],
    ...[
      'permco',
      'gvkey',
      'cusip',
      'isin',
      'figi',
      'ric',
      'wkn',
      'sedol',
      'scrip',
      'series',
      'asset',
      'security',
      'stock',
    ],
    ...[
      'stockname',
      'underlying',
      'coin',
      'currencypair',
      'contract',
      'code',
      'name',
      'company',
      'companyname',
      '股票代码',
      '代码',
    ],
  ],
  date: [
    ...[
      'date',
      'datetime',
      'timestamp',
      'tradedate',
      'tradingdate',
      'tradingday',
      'caldt',
      'datadate',
      'observationdate',
      'dt',
    ],
    ...[
      'day',
      'dateutc',
      'datetimeutc',
      'timestamputc',
      'time',
      'timeutc',
      'utctime',
      'gmttime',
      'localtime',
      'opentime',
      'bartime',
    ],
    ...[
      'unix',
      'unixtime',
      'unixtimestamp',
      'epoch',
      'ts',
      'tsevent',
      'eventtime',
      'windowstart',
      'businessdate',
      'asofdate',
    ],
    ...[
      'pricedate',
      'quotedate',
      'snappedat',
      'starttime',
      'begins',
      'beginsat',
      'dateandtime',
      'datum',
      'fecha',
      'data',
      't',
    ],
    ...['日期', '交易日期', '时间'],
  ],
  open: [
    'open',
    'openprice',
    'opening',
    'openingprice',
    'o',
    'opn',
    'prcod',
    'openprc',
    'priceopen',
    'eröffnung',
    'eröffnungskurs',
    'apertura',
    'abertura',
    'ouv',
    '开盘',
    '开盘价',
  ],
  high: [
    'high',
    'highprice',
    'h',
    'hi',
    'prchd',
    'askhi',
    'pricehigh',
    'hoch',
    'tageshoch',
    'máximo',
    'máx',
    'plushaut',
    '最高',
    '最高价',
  ],
  low: [
    'low',
    'lowprice',
    'l',
    'lo',
    'prcld',
    'bidlo',
    'pricelow',
    'tief',
    'tagestief',
    'mínimo',
    'mín',
    'plusbas',
    '最低',
    '最低价',
  ],
  close: [
    ...[
      'close',
      'closeprice',
      'closing',
      'closingprice',
      'last',
      'closelast',
      'lastprice',
      'settle',
      'settlement',
      'settlementprice',
    ],
    ...[
      'price',
      'c',
      'prc',
      'prccd',
      'prcclose',
      'priceclose',
      'adjclose',
      'adjustedclose',
      'adjcloseprice',
      'closeadj',
      'nav',
    ],
    ...['schluss', 'schlusskurs', 'cierre', 'último', 'ultimo', 'fechamento', 'dernier', '收盘', '收盘价'],
  ],
  volume: [
    'volume',
    'vol',
    'v',
    'tradevolume',
    'tradingvolume',
    'totalvolume',
    'volumetraded',
    'totaltradequantity',
    'shares',
    'quantity',
    'qty',
    'tickvol',
    'cshtrd',
    'volumen',
    '成交量',
  ],
};

/** Names of a column that holds the time of day beside a column of days. */
const TIME_NAMES = [
  'time',
  'tradetime',
  'timeofday',
  'hour',
  'hourminute',
  'hhmm',
  'clock',
  'bartime',
  'zeit',
  'uhrzeit',
  'hora',
  'heure',
];

/** A name without case, marks, brackets and what stands in them, and without a number and point before it ("1. open"). */
export function plainName(name: string): string {
  const plain = name
    .normalize('NFC')
    .toLowerCase()
    .replace(/^\s*\d+[.)]\s*/, '')
    .replace(/\(.*?\)|\[.*?\]/g, '');
  return (plain.trim() === '' ? name.toLowerCase() : plain).replace(/[^\p{L}\p{N}]/gu, '');
}

/** The market column that a name stands for. */
export function roleOf(name: string): MarketColumn | undefined {
  const plain = plainName(name);
  return MARKET_COLUMNS.find((role) => ALIASES[role].includes(plain));
}

/** Whether a name is one of a time of day. */
export const isTimeName = (name: string): boolean => TIME_NAMES.includes(plainName(name));
