"""Writes small files of prices in the forms that people have, and what pandas (2.2.3) makes of each when it is told everything.

    pip install pandas==2.2.3 pyarrow==26.0.1 polars==2.1.0 openpyxl==3.1.5 duckdb==1.1.3
    python tests/data/reference/forms.py tests/data/reference/forms

The files are made after public bug reports of pandas, yfinance, ccxt, freqtrade, qlib, vectorbt, zipline, polars and DuckDB; none is
anybody's data. forms.json holds for each: the options to load it with, and the frame, or the code of the refusal.
"""
import gzip, io, json, math, os, sqlite3, sys
import numpy as np
import pandas as pd
import polars as pl

OUT = sys.argv[1]
os.makedirs(OUT, exist_ok=True)
FORMS = []

def cell(v):
    if v is None or v is pd.NaT or (isinstance(v, float) and math.isnan(v)) or v is pd.NA: return None
    if isinstance(v, (np.bool_, bool)): return float(v)
    if isinstance(v, (np.integer, int, np.floating, float)):
        v = float(v)
        return v if math.isfinite(v) else ('Infinity' if v > 0 else '-Infinity')
    if isinstance(v, pd.Timestamp):
        if v.tzinfo is not None:
            if v == v.normalize() : return v.strftime('%Y-%m-%d')
            v = v.tz_convert('UTC').tz_localize(None)
            return v.strftime('%Y-%m-%dT%H:%M:%S.') + '%03dZ' % (v.microsecond // 1000)
        return v
    return str(v)

def frame(df):
    out = {}
    for name in df.columns:
        s = df[name]
        values = [cell(v) for v in s.tolist()] if not isinstance(s.dtype, pd.CategoricalDtype) else [cell(v) for v in s.astype(object).tolist()]
        if any(isinstance(v, pd.Timestamp) for v in values):
            stamps = [v for v in values if isinstance(v, pd.Timestamp)]
            daily = all(v == v.normalize() for v in stamps)
            values = [None if v is None else v.strftime('%Y-%m-%d') if daily else v.strftime('%Y-%m-%dT%H:%M:%S.') + '%03dZ' % (v.microsecond // 1000) for v in values]
        out[str(name)] = values
    return out

def add(name, content, df=None, options=None, refuse=None):
    if isinstance(content, str): content = content.encode('utf-8')
    if content is not None:
        with open(os.path.join(OUT, name), 'wb') as f: f.write(content)
    FORMS.append({'file': name, 'options': options or {}, **({'refuse': refuse} if refuse else {'frame': frame(df)})})

def csv(text, **kw): return pd.read_csv(io.StringIO(text), **kw)

days = pd.to_datetime(['2024-01-02', '2024-01-03', '2024-01-04', '2024-01-05', '2024-01-08', '2024-01-09', '2024-01-10', '2024-01-11', '2024-01-12', '2024-01-16', '2024-01-17', '2024-01-18', '2024-01-19', '2024-01-22'])
n = len(days)
close = np.round(100 + np.cumsum(np.sin(np.arange(n) * 1.7)), 2)
base = pd.DataFrame({'date': days, 'open': np.round(close - 0.3, 2), 'high': np.round(close + 0.9, 2), 'low': np.round(close - 0.8, 2), 'close': close, 'volume': 100000 + 1371 * np.arange(n)})
def lines(fmt, df=base): return ''.join(fmt(r) + '\n' for r in df.itertuples())

# 1-8: dates
for name, f in [('dates-day-first.csv', '%d/%m/%Y'), ('dates-month-first.csv', '%m/%d/%Y'), ('dates-points.csv', '%d.%m.%Y'), ('dates-named-month.csv', '%d-%b-%y'), ('dates-long-month.csv', '%b %d, %Y'), ('dates-slashed.csv', '%Y/%m/%d')]:
    q = '"%s"' if ',' in f else '%s'
    t = 'date,close\n' + lines(lambda r: (q % r.date.strftime(f)) + ',%s' % r.close)
    add(name, t, csv(t).assign(date=lambda d: pd.to_datetime(d.date, format=f)))
t = 'date,close\n' + lines(lambda r: '%s,%s' % (r.date.strftime('%Y%m%d'), r.close))
add('dates-compact.csv', t, csv(t).assign(date=lambda d: pd.to_datetime(d.date, format='%Y%m%d')))
early = base[base.date.dt.day <= 12]
t = 'date,close\n' + lines(lambda r: '%s,%s' % (r.date.strftime('%d/%m/%Y'), r.close), early)
add('dates-early-in-month.csv', t, csv(t).assign(date=lambda d: pd.to_datetime(d.date, format='%d/%m/%Y')))
# 9-12: doubt
t = 'date,close\n01/02/2024,1\n01/03/2024,2\n'
add('dates-doubtful.csv', t, refuse='date-ambiguous')
add('dates-doubtful-day-first.csv', t, csv(t).assign(date=lambda d: pd.to_datetime(d.date, format='%d/%m/%Y')), options={'dayFirst': True})
add('dates-doubtful-month-first.csv', t, csv(t).assign(date=lambda d: pd.to_datetime(d.date, format='%m/%d/%Y')), options={'dayFirst': False})
add('dates-both-ways.csv', 'date,close\n13/02/2024,1\n02/14/2024,2\n', refuse='date-ambiguous')
# 13-19: times
for unit, f in [('s', 10 ** 9), ('ms', 10 ** 6), ('us', 10 ** 3), ('ns', 1)]:
    stamps = pd.date_range('2024-01-02 09:30', periods=6, freq='5min')
    t = 'timestamp,close\n' + ''.join('%d,%d.5\n' % (v.value // f, k) for k, v in enumerate(stamps))
    add('epoch-%s.csv' % unit, t, csv(t).assign(timestamp=lambda d: pd.to_datetime(d.timestamp, unit=unit)))
t = 'Date,Time,Close\n' + ''.join('2024.01.02,%d:%02d,%d.25\n' % (9 + k // 2, 30 * (k % 2), k) for k in range(6))
d = csv(t); d['Date'] = pd.to_datetime(d.Date + ' ' + d.Time, format='%Y.%m.%d %H:%M'); add('date-and-time.csv', t, d.drop(columns='Time'))
t = '<TICKER>,<PER>,<DATE>,<TIME>,<CLOSE>\n' + ''.join('AAPL,5,20240102,%02d%02d00,%d.25\n' % (9 + k // 2, 30 * (k % 2), k) for k in range(6))
d = csv(t, dtype={'<TIME>': str}); d['<DATE>'] = pd.to_datetime(d['<DATE>'].astype(str) + d['<TIME>'], format='%Y%m%d%H%M%S'); add('metastock.csv', t, d.drop(columns='<TIME>'))
t = 'Datetime,Close\n' + ''.join('2024-01-%02d 00:00:00-05:00,%d\n' % (k, k) for k in (2, 3, 4))
add('local-midnight.csv', t, csv(t).assign(Datetime=lambda d: pd.to_datetime(d.Datetime.str[:10])))
t = 'Datetime,Close\n2024-03-08 09:30:00-05:00,1\n2024-03-11 09:30:00-04:00,2\n'
add('offsets.csv', t, csv(t).assign(Datetime=lambda d: pd.to_datetime(d.Datetime, utc=True)))
t = 'Datetime,Close\n2024-03-08 09:30:00,1\n2024-03-11 09:30:00,2\n'
add('zone-named.csv', t, csv(t).assign(Datetime=lambda d: pd.to_datetime(d.Datetime).dt.tz_localize('America/New_York').dt.tz_convert('UTC')), options={'timeZone': 'America/New_York'})
t = 'Date,Close\n31.01.2024 16:30,1\n01.02.2024 16:45,2\n'
add('format-with-time.csv', t, csv(t).assign(Date=lambda d: pd.to_datetime(d.Date, format='%d.%m.%Y %H:%M')), options={'dateFormat': '%d.%m.%Y %H:%M'})
# 23-32: numbers
t = 'Date;Schlusskurs;Volumen\n' + lines(lambda r: '%s;%s;%s' % (r.date.strftime('%d.%m.%Y'), ('%.2f' % (r.close * 13)).replace('.', ','), '{:,}'.format(r.volume).replace(',', '.')))
d = csv(t, sep=';', decimal=',', thousands='.', dtype={'Date': str}); d['Date'] = pd.to_datetime(d.Date, format='%d.%m.%Y'); add('decimal-comma.csv', t, d)
t = 'Date,Close,Volume\n2024-01-02,"1,100.00","1,234,567"\n2024-01-03,"1,105.50","999,000"\n'
add('thousands.csv', t, csv(t, thousands=',').assign(Date=lambda d: pd.to_datetime(d.Date)))
t = '"Date","Price","Open","High","Low","Vol.","Change %"\n"01/22/2024","193.89","192.30","195.33","192.26","60.13M","1.22%"\n"01/19/2024","191.56","189.33","191.95","188.82","1.20K","-0.30%"\n'
d = csv(t); d['Date'] = pd.to_datetime(d.Date, format='%m/%d/%Y'); d['Vol.'] = [60.13e6, 1200.0]; d['Change %'] = [0.0122, -0.003]; add('investing.csv', t, d)
t = 'Date,Close/Last,Volume,Open\n01/22/2024,$150.12,100,$149.50\n01/19/2024,$149.00,200,$148.10\n'
d = csv(t); d['Date'] = pd.to_datetime(d.Date, format='%m/%d/%Y'); d['Close/Last'] = [150.12, 149.0]; d['Open'] = [149.5, 148.1]; add('nasdaq.csv', t, d)
t = 'DATE,DGS10\n2024-01-01,.\n2024-01-02,3.95\n2024-01-03,3.91\n'
add('fred.csv', t, csv(t, na_values='.').assign(DATE=lambda d: pd.to_datetime(d.DATE)))
t = 'date,close,eps\n2024-01-02,10,-\n2024-01-03,11,(1.25)\n2024-01-04,12,0.5\n'
d = csv(t); d['date'] = pd.to_datetime(d.date); d['eps'] = [None, -1.25, 0.5]; add('brackets.csv', t, d)
t = 'date;rate\n2024-01-02;1,234\n2024-01-03;1,301\n'
add('comma-doubtful.csv', t, refuse='number-ambiguous')
add('comma-decimal.csv', t, csv(t, sep=';', decimal=',').assign(date=lambda d: pd.to_datetime(d.date)), options={'decimal': ','})
t = 'date,close\n' + ''.join('%s,100\n' % d.strftime('%Y-%m-%d') for d in pd.date_range('1950-01-01', periods=20550)) + '2006-04-07,100.75\n'
add('late-fraction.csv.gz', gzip.compress(t.encode(), mtime=0), csv(t).assign(date=lambda d: pd.to_datetime(d.date)))
t = 'code,date,close\n000001,2024-01-02,9.1\n600000,2024-01-02,7.2\n'
add('leading-zeros.csv', t, csv(t, dtype={'code': str}).assign(date=lambda d: pd.to_datetime(d.date)))
t = 'date,id,close\n2024-01-02,9007199254740993,1\n2024-01-03,9007199254740994,2\n'
add('long-ids.csv', t, csv(t, dtype={'id': str}).assign(date=lambda d: pd.to_datetime(d.date)))
t = 'ticker,date,close\nNA,2024-01-02,1\nTRUE,2024-01-02,2\n1E10,2024-01-02,3\n'
add('tickers-like-values.csv', t, csv(t, dtype={'ticker': str}, keep_default_na=False).assign(date=lambda d: pd.to_datetime(d.date)))
t = 'date,close,x\n2024-01-02,1,inf\n2024-01-03,2,inf\n'
add('infinite.csv', t, csv(t).assign(date=lambda d: pd.to_datetime(d.date)))
# 36-46: around the table
kl = ''.join('%d,%s,%s,%s,%s,%s,%d,%s,%d,%s,%s,0\n' % (v.value // 10 ** 6, 1.5, 2.5, 1.0, 2.0, 10 + k, v.value // 10 ** 6 + 59999, 20.5, 7, 5.0, 10.0) for k, v in enumerate(pd.date_range('2024-01-02 00:00', periods=4, freq='1min')))
names = ['open_time', 'open', 'high', 'low', 'close', 'volume', 'close_time', 'quote_volume', 'trades', 'taker_buy_volume', 'taker_buy_quote_volume', 'ignore']
d = csv(kl, header=None, names=names); d['open_time'] = pd.to_datetime(d.open_time, unit='ms'); add('binance-klines.csv', kl, d)
kr = ''.join('%d,%s,%s,%s,%s,%s,%d\n' % (v.value // 10 ** 9, 1.5, 2.5, 1.0, 2.0, 10 + k, k) for k, v in enumerate(pd.date_range('2024-01-02 00:00', periods=4, freq='1min')))
d = csv(kr, header=None, names=['time', 'open', 'high', 'low', 'close', 'volume', 'trades']); d['time'] = pd.to_datetime(d.time, unit='s'); add('kraken.csv', kr, d)
t = '1,2\n3,4\n'
add('numbers-alone.csv', t, refuse='header-missing')
add('numbers-alone-no-header.csv', t, csv(t, header=None, names=['column0', 'column1']), options={'header': False})
t = 'Price,Close,High,Low,Open,Volume\nTicker,AAPL,AAPL,AAPL,AAPL,AAPL\nDate,,,,,\n2024-01-02,185.64,188.44,183.89,187.15,82488700\n2024-01-03,184.25,185.88,183.43,184.22,58414500\n'
d = csv(t, header=[0, 1], index_col=0).stack(level=1, future_stack=True).reset_index(); d.columns = ['Date', 'symbol', 'Close', 'High', 'Low', 'Open', 'Volume']; d['Date'] = pd.to_datetime(d.Date); add('yfinance-one.csv', t, d[['symbol', 'Date', 'Close', 'High', 'Low', 'Open', 'Volume']])
t = 'Price,Close,Close,Volume,Volume\nTicker,AAPL,MSFT,AAPL,MSFT\nDate,,,,\n2024-01-02,185.64,370.87,82488700,25258600\n2024-01-03,184.25,370.60,58414500,23083500\n'
rows = []
for s, c, v in [('AAPL', [185.64, 184.25], [82488700, 58414500]), ('MSFT', [370.87, 370.60], [25258600, 23083500])]:
    for k in range(2): rows.append((s, pd.Timestamp('2024-01-0%d' % (2 + k)), c[k], v[k]))
add('yfinance-two.csv', t, pd.DataFrame(rows, columns=['symbol', 'Date', 'Close', 'Volume']))
t = 'Daily prices of ACME\nSource: the exchange\n\nDate,Open,Close\n2024-01-02,1,2\n2024-01-03,2,3\n'
add('titles.csv', t, csv(t, skiprows=3).assign(Date=lambda d: pd.to_datetime(d.Date)))
t = '# made by a script\n# on a day\nDate,Close\n2024-01-02,2\n# a remark\n2024-01-03,3\n'
add('comments.csv', t, csv(t, comment='#').assign(Date=lambda d: pd.to_datetime(d.Date)))
t = 'Date,Close,Volume\n,(USD),(shares)\n2024-01-02,2.5,100\n2024-01-03,3.5,200\nTotal,,300\n'
add('units-and-total.csv', t, csv(t, skiprows=[1], skipfooter=1, engine='python').assign(Date=lambda d: pd.to_datetime(d.Date)))
t = ',date,close\n0,2024-01-02,2.5\n1,2024-01-03,3.5\n'
add('pandas-index.csv', t, csv(t, index_col=0).assign(date=lambda d: pd.to_datetime(d.date)))
t = ',close\n2024-01-02,2.5\n2024-01-03,3.5\n'
d = csv(t); d.columns = ['column0', 'close']; d['column0'] = pd.to_datetime(d.column0); add('dates-without-name.csv', t, d)
t = 'Date       Open   Close\n2024-01-02  1.5    2.5\n2024-01-03  2.5    3.5\n2024-01-04  2.5    3.0\n'
add('blanks.txt', t, csv(t, sep=r'\s+').assign(Date=lambda d: pd.to_datetime(d.Date)))
t = 'date,close\n2024-01-02,1\n2024-01-03,2\ndate,close\n2024-01-04,3\n'
add('header-twice.csv', t, pd.DataFrame({'date': pd.to_datetime(['2024-01-02', '2024-01-03', '2024-01-04']), 'close': [1, 2, 3]}))
# 48-52: bytes
t = 'date,close,name\n2024-01-02,1.5,Zürich\n2024-01-03,2.5,東京\n'
d = csv(t).assign(date=lambda d: pd.to_datetime(d.date))
add('utf-16le.csv', b'\xff\xfe' + t.encode('utf-16-le'), d)
add('utf-16be.csv', b'\xfe\xff' + t.encode('utf-16-be'), d)
add('utf-16-no-mark.csv', 'date,close\n2024-01-02,1.5\n2024-01-03,2.5\n'.encode('utf-16-le'), d[['date', 'close']])
add('latin-1.csv', 'date,close,name\n2024-01-02,1.5,Zürich\n'.encode('latin-1'), refuse='row-not-readable')
add('latin-1-named.csv', 'date,close,name\n2024-01-02,1.5,Zürich\n'.encode('latin-1'), d[:1], options={'encoding': 'latin-1'})
add('old-mac.csv', t.replace('\n', '\r'), d)
add('page.csv', '<!DOCTYPE html>\n<html><body>Too many requests</body></html>\n', refuse='not-a-table')
add('cut.csv', 'date,open,close\n2024-01-02,1,2\n2024-01-03,1', refuse='row-not-readable')
# JSON
recs = base.assign(date=base.date.dt.strftime('%Y-%m-%d'))[:4]
b4 = base[:4]
add('records.json', recs.to_json(orient='records'), b4)
add('split.json', recs.to_json(orient='split'), b4)
add('columns.json', recs.to_json(orient='columns'), b4)
add('lines.jsonl', recs.to_json(orient='records', lines=True), b4)
add('klines.json', json.dumps([[1704153600000 + 60000 * k, '1.5', '2.5', '1.0', '2.0', str(10 + k), 1704153659999 + 60000 * k, '20.5', 7, '5.0', '10.0', '0'] for k in range(3)]),
    csv(''.join(kl.splitlines(True)[:3]), header=None, names=names).assign(open_time=lambda d: pd.to_datetime(d.open_time, unit='ms')))
add('alpha-vantage.json', json.dumps({'Meta Data': {'1. Information': 'Daily', '2. Symbol': 'IBM'}, 'Time Series (Daily)': {'2024-01-03': {'1. open': '161.0', '4. close': '160.1'}, '2024-01-02': {'1. open': '162.8', '4. close': '161.5'}}}),
    pd.DataFrame({'date': pd.to_datetime(['2024-01-03', '2024-01-02']), '1. open': [161.0, 162.8], '4. close': [160.1, 161.5]}))
add('chart.json', json.dumps({'chart': {'result': [{'meta': {'symbol': 'AAPL'}, 'timestamp': [1704205800, 1704292200], 'indicators': {'quote': [{'open': [1.5, 2.5], 'close': [2.0, None]}]}}], 'error': None}}),
    pd.DataFrame({'timestamp': pd.to_datetime([1704205800, 1704292200], unit='s'), 'open': [1.5, 2.5], 'close': [2.0, None]}))
# binary
sym = base.assign(symbol=pd.Categorical(['A'] * 7 + ['B'] * 7), big=np.arange(n, dtype='int64') + 2 ** 60)[['symbol', 'date', 'close', 'big']]
exp = sym.assign(big=sym.big.astype(str), symbol=sym.symbol.astype(str))
sym.to_feather(os.path.join(OUT, 'pandas-zstd.feather'), compression='zstd'); add('pandas-zstd.feather', None, exp)
pl.from_pandas(sym).write_ipc(os.path.join(OUT, 'polars.arrow'), compression='zstd'); add('polars.arrow', None, exp)
ny = base[['date', 'close']].assign(date=base.date.dt.tz_localize('America/New_York')); ny.to_parquet(os.path.join(OUT, 'zoned.parquet')); add('zoned.parquet', None, base[['date', 'close']])
pl.from_pandas(ny).write_parquet(os.path.join(OUT, 'zoned-polars.parquet')); add('zoned-polars.parquet', None, base[['date', 'close']])
with pd.ExcelWriter(os.path.join(OUT, 'titled.xlsx')) as w:
    b4.to_excel(w, index=False, startrow=3, sheet_name='Prices'); w.sheets['Prices']['A1'] = 'Prices of ACME'
    b4[['date', 'close']].to_excel(w, index=False, sheet_name='Other')
add('titled.xlsx', None, b4)
with pd.ExcelWriter(os.path.join(OUT, 'sheets.xlsx')) as w:
    b4.to_excel(w, index=False, sheet_name='Prices'); b4[['date', 'close']].to_excel(w, index=False, sheet_name='Other')
add('sheets.xlsx', None, b4[['date', 'close']], options={'sheet': 'Other'})
p = os.path.join(OUT, 'prices.sqlite')
if os.path.exists(p): os.remove(p)
con = sqlite3.connect(p); recs.to_sql('prices', con, index=False); con.close(); add('prices.sqlite', None, b4)
FORMS.append({'file': 'prices.sqlite', 'options': {'query': 'SELECT date, close FROM prices WHERE close > 100.5'}, 'frame': frame(b4[b4.close > 100.5][['date', 'close']])})
FORMS.append({'file': 'records.json', 'options': {'query': 'SELECT date, close FROM data WHERE close > 100.5'}, 'frame': frame(b4[b4.close > 100.5][['date', 'close']])})
json.dump({'pandas': pd.__version__, 'polars': pl.__version__, 'forms': FORMS}, open(os.path.join(OUT, 'forms.json'), 'w'), ensure_ascii=False, indent=0)
print(len(FORMS), 'forms')
