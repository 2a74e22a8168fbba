"""Writes files of prices as brokers, vendors, central banks, exchanges and programs write them, and what is in each.

    pip install pandas==2.2.3 openpyxl==3.1.5
    python tests/data/reference/wild.py tests/data/reference/wild

Every file is made of the same bars, of nobody. wild.json holds for each the options to load it with and its frame: what pandas reads where it can be told
how, else the bars themselves, which the file was written from.
"""
import io, json, math, os, sys
import numpy as np
import pandas as pd
OUT = sys.argv[1]
os.makedirs(OUT, exist_ok=True)
FORMS = []
days = pd.to_datetime(['2024-01-02', '2024-01-03', '2024-01-04', '2024-01-05', '2024-01-08', '2024-01-09', '2024-01-10', '2024-01-11', '2024-01-12', '2024-01-15', '2024-01-16', '2024-01-17', '2024-01-18', '2024-01-19', '2024-01-22', '2024-01-23'])
n = len(days)
c = np.round(1234 + 10 * np.cumsum(np.sin(np.arange(n) * 1.7)), 2)
o, h, l = np.round(c - 1.31, 2), np.round(c + 2.93, 2), np.round(c - 3.07, 2)
v = 1200000 + 13710 * np.arange(n)
ISO = [d.strftime('%Y-%m-%d') for d in days]
minutes = pd.to_datetime('2024-01-02 09:30') + pd.to_timedelta(np.arange(n), 'min')
def instants(stamps): return [s.strftime('%Y-%m-%dT%H:%M:%S.') + '%03dZ' % (s.microsecond // 1000) for s in stamps]
MIN = instants(minutes)
def plain(x):
    if x is None or (isinstance(x, float) and math.isnan(x)): return None
    return float(x) if isinstance(x, (int, float, np.integer, np.floating)) else str(x)
def add(name, content, frame=None, options=None, refuse=None):
    if isinstance(content, str): content = content.encode('utf-8')
    if content is not None: open(os.path.join(OUT, name), 'wb').write(content)
    FORMS.append({'file': name, 'options': options or {}, **({'refuse': refuse} if refuse else {'frame': None if frame is None else {k: [plain(x) for x in xs] for k, xs in frame.items()}})})
def rows(f, end='\n'): return ''.join(f(k) + end for k in range(n))
def bars(names, date=None, first='date'):
    return {first: date or ISO, **dict(zip(names, [o, h, l, c, v]))}
D = lambda f: [d.strftime(f) for d in days]
def de(x, places=2): return f'{x:,.{places}f}'.replace(',', '_').replace('.', ',').replace('_', '.')
def fr(x, gap='\u202f'): return f'{x:,.2f}'.replace(',', gap).replace('.', ',')
NO = ['column1', 'column2', 'column3', 'column4', 'column5']

# Platforms and brokers
f = D('%Y.%m.%d')
add('mt5-daily.csv', '<DATE>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>\t<VOL>\t<SPREAD>\n' + rows(lambda k: f'{f[k]}\t{o[k]:.2f}\t{h[k]:.2f}\t{l[k]:.2f}\t{c[k]:.2f}\t{v[k]}\t0\t2'), {**bars(['<OPEN>', '<HIGH>', '<LOW>', '<CLOSE>', '<TICKVOL>'], first='<DATE>'), '<VOL>': [0] * n, '<SPREAD>': [2] * n})
m = [x.strftime('%Y.%m.%d,%H:%M') for x in minutes]
add('mt4-minutes.csv', rows(lambda k: f'{m[k]},{o[k]:.2f},{h[k]:.2f},{l[k]:.2f},{c[k]:.2f},{v[k]}'), {'column0': MIN, 'column2': o, 'column3': h, 'column4': l, 'column5': c, 'column6': v}, {'header': False})
m = [x.strftime('%Y.%m.%d\t%H:%M:%S') for x in minutes]
add('mt5-minutes.csv', '<DATE>\t<TIME>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>\n' + rows(lambda k: f'{m[k]}\t{o[k]:.2f}\t{h[k]:.2f}\t{l[k]:.2f}\t{c[k]:.2f}\t{v[k]}'), bars(['<OPEN>', '<HIGH>', '<LOW>', '<CLOSE>', '<TICKVOL>'], MIN, '<DATE>'))
f = D('%Y%m%d')
add('stooq-bulk.txt', '<TICKER>,<PER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>,<OPENINT>\n' + rows(lambda k: f'AAPL.US,D,{f[k]},000000,{o[k]},{h[k]},{l[k]},{c[k]},{v[k]},0'), {'<TICKER>': ['AAPL.US'] * n, '<PER>': ['D'] * n, '<DATE>': ISO, '<OPEN>': o, '<HIGH>': h, '<LOW>': l, '<CLOSE>': c, '<VOL>': v, '<OPENINT>': [0] * n})
add('stooq-web.csv', 'Date,Open,High,Low,Close,Volume\n' + rows(lambda k: f'{ISO[k]},{o[k]},{h[k]},{l[k]},{c[k]},{v[k]}'), bars(['Open', 'High', 'Low', 'Close', 'Volume'], first='Date'))
m = [x.strftime('%Y%m%d %H%M%S') for x in minutes]
add('ninjatrader.txt', rows(lambda k: f'{m[k]};{o[k]};{h[k]};{l[k]};{c[k]};{v[k]}'), bars(NO, MIN, 'column0'), {'header': False})
add('ninjatrader-guessed.txt', rows(lambda k: f'{m[k]};{o[k]};{h[k]};{l[k]};{c[k]};{v[k]}'), bars(['open', 'high', 'low', 'close', 'volume'], MIN))
u = [int(x.timestamp()) for x in minutes]
add('tradingview-unix.csv', 'time,open,high,low,close,Volume\n' + rows(lambda k: f'{u[k]},{o[k]},{h[k]},{l[k]},{c[k]},{v[k]}'), bars(['open', 'high', 'low', 'close', 'Volume'], MIN, 'time'))
m = [x.strftime('%Y-%m-%dT%H:%M:%S') + '-05:00' for x in minutes]
add('tradingview-offset.csv', 'time,open,high,low,close,Volume\n' + rows(lambda k: f'{m[k]},{o[k]},{h[k]},{l[k]},{c[k]},{v[k]}'), bars(['open', 'high', 'low', 'close', 'Volume'], instants(minutes + pd.Timedelta(hours=5)), 'time'))
m = [x.strftime('%Y%m%d  %H:%M:%S') for x in minutes]
add('ib-tws.csv', 'date,open,high,low,close,volume\n' + rows(lambda k: f'{m[k]},{o[k]},{h[k]},{l[k]},{c[k]},{v[k]}'), bars(['open', 'high', 'low', 'close', 'volume'], MIN))
m = [x.strftime('%Y%m%d;%H%M%S') for x in minutes]
add('ib-flex.csv', '"Symbol","Date/Time","Open","High","Low","Close","Volume"\n' + rows(lambda k: f'"AAPL","{m[k]}","{o[k]}","{h[k]}","{l[k]}","{c[k]}","{v[k]}"'), {'Symbol': ['AAPL'] * n, **bars(['Open', 'High', 'Low', 'Close', 'Volume'], MIN, 'Date/Time')})
f = D('%m/%d/%Y')
add('nasdaq-com.csv', 'Date,Close/Last,Volume,Open,High,Low\n' + ''.join(f'{f[k]},${c[k]},{v[k]},${o[k]},${h[k]},${l[k]}\n' for k in range(n)[::-1]), {'Date': ISO[::-1], 'Close/Last': c[::-1], 'Volume': v[::-1], 'Open': o[::-1], 'High': h[::-1], 'Low': l[::-1]})
f = D('%d.%m.%Y')
add('investing-de.csv', '\ufeff"Datum","Zuletzt","Eröffn.","Hoch","Tief","Vol.","+/- %"\n' + ''.join(f'"{f[k]}","{de(c[k])}","{de(o[k])}","{de(h[k])}","{de(l[k])}","{de(v[k] / 1e6)}M","{de((-1) ** k * 0.3)}%"\n' for k in range(n)[::-1]), {'Datum': ISO[::-1], 'Zuletzt': c[::-1], 'Eröffn.': o[::-1], 'Hoch': h[::-1], 'Tief': l[::-1], 'Vol.': np.round(v[::-1] / 1e6, 2) * 1e6, '+/- %': [(-1) ** k * 0.003 for k in range(n)[::-1]]})
add('investing-pt.csv', '"Data","Último","Abertura","Máxima","Mínima","Vol.","Var%"\n' + ''.join(f'"{f[k]}","{de(c[k])}","{de(o[k])}","{de(h[k])}","{de(l[k])}","{de(v[k] / 1e6)}M","{de((-1) ** k * 0.3)}%"\n' for k in range(n)[::-1]), {'Data': ISO[::-1], 'Último': c[::-1], 'Abertura': o[::-1], 'Máxima': h[::-1], 'Mínima': l[::-1], 'Vol.': np.round(v[::-1] / 1e6, 2) * 1e6, 'Var%': [(-1) ** k * 0.003 for k in range(n)[::-1]]})
f = D('%m/%d/%Y')
add('investing-en.csv', '"Date","Price","Open","High","Low","Vol.","Change %"\n' + ''.join(f'"{f[k]}","{c[k]:,.2f}","{o[k]:,.2f}","{h[k]:,.2f}","{l[k]:,.2f}","{v[k] / 1e6:.2f}M","{(-1) ** k * 0.3:.2f}%"\n' for k in range(n)[::-1]), {'Date': ISO[::-1], 'Price': c[::-1], 'Open': o[::-1], 'High': h[::-1], 'Low': l[::-1], 'Vol.': np.round(v[::-1] / 1e6, 2) * 1e6, 'Change %': [(-1) ** k * 0.003 for k in range(n)[::-1]]})
f = D('%Y/%-m/%-d')
m = minutes.strftime('%H:%M:%S.000')
f0 = [x.strftime('%Y/%-m/%-d') for x in minutes]
add('sierra-chart.txt', 'Date, Time, Open, High, Low, Last, Volume, NumberOfTrades\n' + rows(lambda k: f'{f0[k]}, {m[k]}, {o[k]}, {h[k]}, {l[k]}, {c[k]}, {v[k]}, {k + 5}'), {'Date': MIN, 'Open': o, 'High': h, 'Low': l, 'Last': c, 'Volume': v, 'NumberOfTrades': np.arange(n) + 5})
m = [x.strftime('%m/%d/%Y,%H:%M') for x in days + pd.Timedelta(hours=9.5)]
add('kibot.txt', rows(lambda k: f'{m[k]},{o[k]},{h[k]},{l[k]},{c[k]},{v[k]}'), {'column0': instants(days + pd.Timedelta(hours=9.5)), 'column2': o, 'column3': h, 'column4': l, 'column5': c, 'column6': v}, {'header': False})
m = [x.strftime('%d.%m.%Y %H:%M:%S.000') for x in minutes + pd.Timedelta(days=20)]
add('dukascopy.csv', 'Gmt time,Open,High,Low,Close,Volume\n' + rows(lambda k: f'{m[k]},{o[k]},{h[k]},{l[k]},{c[k]},{v[k] / 1e6}'), {**bars(['Open', 'High', 'Low', 'Close', 'Volume'], instants(minutes + pd.Timedelta(days=20)), 'Gmt time'), 'Volume': v / 1e6})
m = [(x + pd.Timedelta(milliseconds=123)).strftime('%Y%m%d %H:%M:%S.') + '123' for x in minutes]
add('truefx-ticks.csv', rows(lambda k: f'EUR/USD,{m[k]},{1.1 + k / 1e4:.5f},{1.1002 + k / 1e4:.5f}'), {'column0': ['EUR/USD'] * n, 'column1': instants(minutes + pd.Timedelta(milliseconds=123)), 'column2': [round(1.1 + k / 1e4, 5) for k in range(n)], 'column3': [round(1.1002 + k / 1e4, 5) for k in range(n)]}, {'header': False})
m = [x.strftime('%-m/%-d/%Y 16:00:00') for x in days]
add('googlefinance.csv', 'Date,Close\n' + rows(lambda k: f'{m[k]},{c[k]}'), {'Date': instants(days + pd.Timedelta(hours=16)), 'Close': c})
# Vendors
add('yahoo-null.csv', 'Date,Open,High,Low,Close,Adj Close,Volume\n' + rows(lambda k: f'{ISO[k]},null,null,null,null,null,null' if k == 5 else f'{ISO[k]},{o[k]},{h[k]},{l[k]},{c[k]},{c[k]},{v[k]}'), {'Date': ISO, **{name: [None if k == 5 else x[k] for k in range(n)] for name, x in [('Open', o), ('High', h), ('Low', l), ('Close', c), ('Adj Close', c), ('Volume', v)]}})
add('alphavantage.csv', 'timestamp,open,high,low,close,volume\r\n' + ''.join(f'{ISO[k]},{o[k]:.4f},{h[k]:.4f},{l[k]:.4f},{c[k]:.4f},{v[k]}\r\n' for k in range(n)[::-1]), {'timestamp': ISO[::-1], 'open': o[::-1], 'high': h[::-1], 'low': l[::-1], 'close': c[::-1], 'volume': v[::-1]})
add('alphavantage.json', json.dumps({'Meta Data': {'1. Information': 'Daily Prices', '2. Symbol': 'IBM', '3. Last Refreshed': ISO[-1]}, 'Time Series (Daily)': {ISO[k]: {'1. open': f'{o[k]:.4f}', '2. high': f'{h[k]:.4f}', '3. low': f'{l[k]:.4f}', '4. close': f'{c[k]:.4f}', '5. volume': str(v[k])} for k in range(n)[::-1]}}, indent=4), {'date': ISO[::-1], '1. open': o[::-1], '2. high': h[::-1], '3. low': l[::-1], '4. close': c[::-1], '5. volume': v[::-1]})
add('tiingo.csv', 'date,close,high,low,open,volume,adjClose,divCash,splitFactor\n' + rows(lambda k: f'{ISO[k]}T00:00:00.000Z,{c[k]},{h[k]},{l[k]},{o[k]},{v[k]},{c[k]},0.0,1.0'), {'date': instants(days), 'close': c, 'high': h, 'low': l, 'open': o, 'volume': v, 'adjClose': c, 'divCash': [0] * n, 'splitFactor': [1] * n})
add('polygon.json', json.dumps({'ticker': 'AAPL', 'queryCount': n, 'adjusted': True, 'results': [{'v': int(v[k]), 'vw': c[k], 'o': o[k], 'c': c[k], 'h': h[k], 'l': l[k], 't': int(days[k].timestamp() * 1000), 'n': k + 7} for k in range(n)], 'status': 'OK'}), {'symbol': ['AAPL'] * n, 'v': v, 'vw': c, 'o': o, 'c': c, 'h': h, 'l': l, 't': ISO, 'n': np.arange(n) + 7})
add('finnhub.json', json.dumps({'c': list(c), 'h': list(h), 'l': list(l), 'o': list(o), 's': 'ok', 't': [int(d.timestamp()) for d in days], 'v': [int(x) for x in v]}), {'c': c, 'h': h, 'l': l, 'o': o, 't': ISO, 'v': v})
add('eodhd.csv', 'Date,Open,High,Low,Close,Adjusted_close,Volume\n' + rows(lambda k: f'{ISO[k]},{o[k]},{h[k]},{l[k]},{c[k]},{c[k]},{v[k]}') , {**{'Date': ISO, 'Open': o, 'High': h, 'Low': l, 'Close': c, 'Adjusted_close': c, 'Volume': v}})
add('quandl-wiki.csv', 'ticker,date,open,high,low,close,volume,ex-dividend,split_ratio\n' + rows(lambda k: f'A,{ISO[k]},{o[k]},{h[k]},{l[k]},{c[k]},{v[k]}.0,0.0,1.0'), {'ticker': ['A'] * n, 'date': ISO, 'open': o, 'high': h, 'low': l, 'close': c, 'volume': v, 'ex-dividend': [0] * n, 'split_ratio': [1] * n})
# Crypto exchanges
us = [int(x.timestamp() * 1e6) for x in days]
add('binance-us-header.csv', 'open_time,open,high,low,close,volume,close_time,ignore\n' + rows(lambda k: f'{us[k]},{o[k]},{h[k]},{l[k]},{c[k]},{v[k]},{us[k] + 86399999999},0'), {'open_time': ISO, 'open': o, 'high': h, 'low': l, 'close': c, 'volume': v, 'close_time': [x + 86399999999 for x in us], 'ignore': [0] * n})
ms = [int(x.timestamp() * 1000) for x in days]
add('cryptodatadownload.csv', 'https://www.CryptoDataDownload.com\nUnix,Date,Symbol,Open,High,Low,Close,Volume BTC,Volume USDT,tradecount\n' + ''.join(f'{ms[k]},{ISO[k]} 00:00:00,BTCUSDT,{o[k]},{h[k]},{l[k]},{c[k]},{v[k] / 1e3},{v[k]},{k + 9}\n' for k in range(n)[::-1]), {'Unix': ISO[::-1], 'Date': ISO[::-1], 'Symbol': ['BTCUSDT'] * n, 'Open': o[::-1], 'High': h[::-1], 'Low': l[::-1], 'Close': c[::-1], 'Volume BTC': v[::-1] / 1e3, 'Volume USDT': v[::-1], 'tradecount': (np.arange(n) + 9)[::-1]})
add('coinbase.json', json.dumps([[ms[k] // 1000, l[k], h[k], o[k], c[k], v[k] / 1e3] for k in range(n)[::-1]]), refuse='header-missing')
add('coinbase-told.json', json.dumps([[ms[k] // 1000, l[k], h[k], o[k], c[k], v[k] / 1e3] for k in range(n)[::-1]]), {'column0': [x // 1000 for x in ms[::-1]], 'column1': l[::-1], 'column2': h[::-1], 'column3': o[::-1], 'column4': c[::-1], 'column5': v[::-1] / 1e3}, {'header': False})
add('ccxt.json', json.dumps([[ms[k], o[k], h[k], l[k], c[k], v[k] / 1e3] for k in range(n)]), {'date': ISO, 'open': o, 'high': h, 'low': l, 'close': c, 'volume': v / 1e3})
add('coingecko.csv', 'snapped_at,price,market_cap,total_volume\n' + rows(lambda k: f'{ISO[k]} 00:00:00 UTC,{c[k]},{c[k] * 1e6},{v[k]}'), {'snapped_at': ISO, 'price': c, 'market_cap': c * 1e6, 'total_volume': v})
add('coinmarketcap.csv', 'timeOpen;timeClose;name;open;high;low;close;volume;marketCap;timestamp\n' + ''.join(f'"{ISO[k]}T00:00:00.000Z";"{ISO[k]}T23:59:59.999Z";"2781";{o[k]};{h[k]};{l[k]};{c[k]};{v[k]};{c[k] * 1e6};"{ISO[k]}T23:59:59.999Z"\n' for k in range(n)[::-1]), {'timeOpen': instants(days)[::-1], 'timeClose': instants(days + pd.Timedelta(milliseconds=86399999))[::-1], 'name': ['2781'] * n, 'open': o[::-1], 'high': h[::-1], 'low': l[::-1], 'close': c[::-1], 'volume': v[::-1], 'marketCap': c[::-1] * 1e6, 'timestamp': instants(days + pd.Timedelta(milliseconds=86399999))[::-1]})
add('bitstamp.csv', 'unix,date,symbol,open,high,low,close\n' + rows(lambda k: f'{ms[k] // 1000},{ISO[k]} 00:00:00,BTC/USD,{o[k]},{h[k]},{l[k]},{c[k]}'), {'unix': ISO, 'date': ISO, 'symbol': ['BTC/USD'] * n, 'open': o, 'high': h, 'low': l, 'close': c})
add('gateio-strings.json', json.dumps([[str(ms[k] // 1000), str(v[k]), str(c[k]), str(h[k]), str(l[k]), str(o[k])] for k in range(n)]), refuse='header-missing')
# Central banks and statistics
add('fred.csv', 'observation_date,DGS10\n' + rows(lambda k: f'{ISO[k]},' if k == 9 else f'{ISO[k]},{4 + k / 100:.2f}'), {'observation_date': ISO, 'DGS10': [None if k == 9 else round(4 + k / 100, 2) for k in range(n)]})
add('ecb-series.csv', 'DATE,TIME PERIOD,"US dollar/Euro (EXR.D.USD.EUR.SP00.A)"\n' + rows(lambda k: f'{ISO[k]},{days[k].strftime("%d %b %Y")},{1.09 + k / 1e3:.4f}'), {'DATE': ISO, 'TIME PERIOD': ISO, 'US dollar/Euro (EXR.D.USD.EUR.SP00.A)': [round(1.09 + k / 1e3, 4) for k in range(n)]})
add('ecb-wide.csv', 'Date,USD,JPY,CYP,\n' + rows(lambda k: f'{ISO[k]},{1.09 + k / 1e3:.4f},{155 + k:.2f},N/A,'), {'Date': ISO, 'USD': [round(1.09 + k / 1e3, 4) for k in range(n)], 'JPY': [155.0 + k for k in range(n)], 'CYP': [None] * n})
f = D('%d.%m.%Y')
add('bundesbank.csv', '"";BBEX3.D.USD;BBEX3.D.USD_FLAGS\n"";"Euro-Referenzkurs";\nEinheit;USD;\nDimension;eins;\nStand vom;22.01.2024;\n' + rows(lambda k: f'{ISO[k]};.;Kein Wert vorhanden' if k == 4 else f'{ISO[k]};{1.09 + k / 1e3:.4f}'.replace('.', ',') + ';'), {'column0': ISO, 'column1': [None if k == 4 else round(1.09 + k / 1e3, 4) for k in range(n)], 'column2': ['Kein Wert vorhanden' if k == 4 else None for k in range(n)]}, {'header': False, 'skipRows': 5})
f = D('%d %b %Y')
add('bank-of-england.csv', 'DATE,XUDLGBD\n' + rows(lambda k: f'"{f[k]}",{1.26 + k / 1e3:.4f}'), {'DATE': ISO, 'XUDLGBD': [round(1.26 + k / 1e3, 4) for k in range(n)]})
add('snb.csv', '\ufeff"CubeId";"devkum"\n"PublishingDate";"2024-02-01 09:00"\n\n"Date";"D0";"Value"\n' + rows(lambda k: f'"{ISO[k]}";"USD1";"{0.85 + k / 1e3:.4f}"'), {'Date': ISO, 'D0': ['USD1'] * n, 'Value': [round(0.85 + k / 1e3, 4) for k in range(n)]})
f = D('%d-%b-%Y')
add('rba-titles.csv', 'F11.1 EXCHANGE RATES\nTitle,A$1=USD,A$1=JPY\nDescription,AUD/USD,AUD/JPY\nFrequency,Daily,Daily\nUnits,USD,JPY\nSeries ID,FXRUSD,FXRJY\n' + rows(lambda k: f'{f[k]},{0.66 + k / 1e3:.4f},{97 + k / 10:.2f}'), {'Series ID': ISO, 'FXRUSD': [round(0.66 + k / 1e3, 4) for k in range(n)], 'FXRJY': [round(97 + k / 10, 2) for k in range(n)]}, {'skipRows': 5})
# Exchanges in several locales
def swiss(x): return f'{x:,.2f}'.replace(',', "'")
f = D('%d.%m.%Y')
add('swiss.csv', 'Datum;Schluss;Volumen\n' + rows(lambda k: f"{f[k]};{swiss(c[k])};{int(v[k]):,}".replace(',', "'")), {'Datum': ISO, 'Schluss': c, 'Volumen': v})
f = D('%d/%m/%Y')
add('french.csv', 'Date;Ouverture;Haut;Bas;Clôture;Volume\n' + rows(lambda k: f'{f[k]};{fr(o[k])};{fr(h[k])};{fr(l[k])};{fr(c[k])};{v[k]:,}'.replace(',', '\u202f') if False else f'{f[k]};{fr(o[k])};{fr(h[k])};{fr(l[k])};{fr(c[k])};{v[k]}'), bars(['Ouverture', 'Haut', 'Bas', 'Clôture', 'Volume'], first='Date'))
add('french-nbsp.csv', ('Date;Ouverture;Haut;Bas;Clôture;Volume\n' + rows(lambda k: f'{f[k]};{fr(o[k], chr(160))};{fr(h[k], chr(160))};{fr(l[k], chr(160))};{fr(c[k], chr(160))};{v[k]}')).encode('latin-1'), bars(['Ouverture', 'Haut', 'Bas', 'Clôture', 'Volume'], first='Date'), {'encoding': 'latin-1'})
add('euronext.csv', '"Historical Data"\n"From 2024-01-02 to 2024-01-23"\nFR0000120271\nDate;Open;High;Low;Last;Close;"Number of Shares"\n' + ''.join(f'{f[k]};{o[k]};{h[k]};{l[k]};{c[k]};{c[k]};{v[k]}\n' for k in range(n)[::-1]), {'Date': ISO[::-1], 'Open': o[::-1], 'High': h[::-1], 'Low': l[::-1], 'Last': c[::-1], 'Close': c[::-1], 'Number of Shares': v[::-1]})
f = D('%d/%m/%y')
add('lse-short-year.csv', 'Date,Open,High,Low,Close,Volume\n' + rows(lambda k: f'{f[k]},{o[k]},{h[k]},{l[k]},{c[k]},{v[k]}'), bars(['Open', 'High', 'Low', 'Close', 'Volume'], first='Date'))
f = [d.strftime('%d-%b-%Y').upper() for d in days]
add('nse-bhav.csv', 'SYMBOL,SERIES,OPEN,HIGH,LOW,CLOSE,TOTTRDQTY,TIMESTAMP,ISIN,\n' + rows(lambda k: f'INFY,EQ,{o[k]},{h[k]},{l[k]},{c[k]},{v[k]},{f[k]},INE009A01021,'), {'SYMBOL': ['INFY'] * n, 'SERIES': ['EQ'] * n, 'OPEN': o, 'HIGH': h, 'LOW': l, 'CLOSE': c, 'TOTTRDQTY': v, 'TIMESTAMP': ISO, 'ISIN': ['INE009A01021'] * n})
f = [d.strftime('%d-%b-%Y').upper() for d in days]
add('nse-index.csv', 'Date ,Open ,High ,Low ,Close ,Shares Traded ,Turnover (₹ Cr)\n' + rows(lambda k: f'{f[k]},{o[k]},{h[k]},{l[k]},{c[k]},{v[k]},{c[k] * 2:.2f}'), {'Date': ISO, 'Open': o, 'High': h, 'Low': l, 'Close': c, 'Shares Traded': v, 'Turnover (₹ Cr)': np.round(c * 2, 2)})
f = D('%Y%m%d')
add('tushare.csv', ',ts_code,trade_date,open,high,low,close,pre_close,vol\n' + ''.join(f'{k},000001.SZ,{f[n - 1 - k]},{o[n - 1 - k]},{h[n - 1 - k]},{l[n - 1 - k]},{c[n - 1 - k]},{c[n - 1 - k]},{v[n - 1 - k]}\n' for k in range(n)), {'ts_code': ['000001.SZ'] * n, 'trade_date': ISO[::-1], 'open': o[::-1], 'high': h[::-1], 'low': l[::-1], 'close': c[::-1], 'pre_close': c[::-1], 'vol': v[::-1]})
add('akshare.csv', '\ufeff日期,股票代码,开盘,收盘,最高,最低,成交量\n' + rows(lambda k: f'{ISO[k]},000001,{o[k]},{c[k]},{h[k]},{l[k]},{v[k]}'), {'日期': ISO, '股票代码': ['000001'] * n, '开盘': o, '收盘': c, '最高': h, '最低': l, '成交量': v})
f = D('%Y/%m/%d')
add('krx.csv', '일자,종가,시가,고가,저가,거래량\n' + rows(lambda k: f'{f[k]},"{c[k]:,.2f}","{o[k]:,.2f}","{h[k]:,.2f}","{l[k]:,.2f}","{v[k]:,}"'), {'일자': ISO, '종가': c, '시가': o, '고가': h, '저가': l, '거래량': v})
f = [f'{d.year}年{d.month}月{d.day}日' for d in days]
add('japan-kanji.csv', '日付,始値,高値,安値,終値,出来高\n' + rows(lambda k: f'{f[k]},{o[k]},{h[k]},{l[k]},{c[k]},{v[k]}'), bars(['始値', '高値', '安値', '終値', '出来高'], first='日付'))
add('japan-sjis.csv', ('日付,始値,終値\n' + rows(lambda k: f'{ISO[k]},{o[k]},{c[k]}')).encode('shift_jis'), refuse='row-not-readable')
add('japan-sjis-told.csv', ('日付,始値,終値\n' + rows(lambda k: f'{ISO[k]},{o[k]},{c[k]}')).encode('shift_jis'), {'日付': ISO, '始値': o, '終値': c}, {'encoding': 'shift-jis'})
add('china-gbk.csv', ('日期,开盘,收盘\n' + rows(lambda k: f'{ISO[k]},{o[k]},{c[k]}')).encode('gbk'), {'日期': ISO, '开盘': o, '收盘': c}, {'encoding': 'gb18030'})
add('korea-euc.csv', ('일자,시가,종가\n' + rows(lambda k: f'{days[k].year}년 {days[k].month}월 {days[k].day}일,{o[k]},{c[k]}')).encode('euc-kr'), {'일자': ISO, '시가': o, '종가': c}, {'encoding': 'euc-kr'})
f = D('%Y%m%d')
add('finam-moex.txt', '<TICKER>;<PER>;<DATE>;<TIME>;<OPEN>;<HIGH>;<LOW>;<CLOSE>;<VOL>\n' + rows(lambda k: f'SBER;D;{f[k]};0;{o[k]};{h[k]};{l[k]};{c[k]};{v[k]}'), {'<TICKER>': ['SBER'] * n, '<PER>': ['D'] * n, '<DATE>': ISO, '<OPEN>': o, '<HIGH>': h, '<LOW>': l, '<CLOSE>': c, '<VOL>': v})
# Programs
frame = pd.DataFrame({'date': days, 'open': o, 'close': c, 'volume': v})
b = io.StringIO(); frame.to_csv(b); add('pandas-rowindex.csv', b.getvalue(), {'date': ISO, 'open': o, 'close': c, 'volume': v})
two = pd.concat([frame.assign(symbol=s) for s in ('AAA', 'BBB')]).set_index(['symbol', 'date'])
b = io.StringIO(); two.to_csv(b); add('pandas-multiindex.csv', b.getvalue(), {'symbol': ['AAA'] * n + ['BBB'] * n, 'date': ISO * 2, 'open': list(o) * 2, 'close': list(c) * 2, 'volume': list(v) * 2})
for orient in ('records', 'split', 'columns', 'index', 'table', 'values'):
    text = frame.to_json(orient=orient, date_format='iso' if orient == 'table' else 'epoch')
    told = {'date': ISO, 'open': o, 'close': c, 'volume': v}
    if orient == 'values': add('pandas-values.json', text, refuse='header-missing')
    else: add(f'pandas-{orient}.json', text, {'index': range(n), **told} if orient == 'table' else told)
wide = pd.DataFrame({'AAA': o, 'BBB': c, 'CCC': h}, index=pd.Index(days, name='Date'))
b = io.StringIO(); wide.to_csv(b); add('wide-closes.csv', b.getvalue(), {'Date': ISO, 'AAA': o, 'BBB': c, 'CCC': h})
add('r-write-csv.csv', '"","date","open","close"\n' + rows(lambda k: f'"{k + 1}","{ISO[k]}",{o[k]},' + ('NA' if k == 3 else str(c[k]))), {'date': ISO, 'open': o, 'close': [None if k == 3 else c[k] for k in range(n)]})
add('r-write-table.txt', '"date" "open" "close"\n' + rows(lambda k: f'"{k + 1}" "{ISO[k]}" {o[k]} {c[k]}'), {'date': ISO, 'open': o, 'close': c})
add('r-zoo.txt', '"Index" "Open" "Close"\n' + rows(lambda k: f'"{ISO[k]}" {o[k]} {c[k]}'), {'Index': ISO, 'Open': o, 'Close': c})
add('excel-sep.csv', 'sep=;\r\nDatum;Schlusskurs;Volumen\r\n' + rows(lambda k: f'{D("%d.%m.%Y")[k]};{de(c[k])};{v[k]}', '\r\n'), {'Datum': ISO, 'Schlusskurs': c, 'Volumen': v})
add('excel-trailing.csv', '\ufeffDate,Open,Close,,,\r\n' + rows(lambda k: f'{D("%-m/%-d/%Y")[k]},{o[k]},{c[k]},,,', '\r\n'), {'Date': ISO, 'Open': o, 'Close': c})
add('accounting-negatives.csv', 'Date,PnL,Cash\n' + rows(lambda k: f'{ISO[k]},({k + 1}.25),"$1,{100 + k}.50"'), {'Date': ISO, 'PnL': [-(k + 1.25) for k in range(n)], 'Cash': [1100.5 + k for k in range(n)]})
add('trailing-minus.csv', 'Date,PnL\n' + rows(lambda k: f'{ISO[k]},{k + 1}.25-'), {'Date': ISO, 'PnL': [-(k + 1.25) for k in range(n)]})
add('polars-datetime.csv', 'ts,close\n' + rows(lambda k: f'{minutes[k].strftime("%Y-%m-%dT%H:%M:%S")}.000000,{c[k]}'), {'ts': MIN, 'close': c})
add('spark-part.csv', 'date,close\n' + rows(lambda k: f'{ISO[k]}T00:00:00.000+00:00,{c[k]}'), {'date': ISO, 'close': c})
add('bloomberg.csv', 'Security,SPX Index\nStart Date,2024-01-02\nEnd Date,2024-01-23\n\nDate,PX_LAST,PX_VOLUME\n' + rows(lambda k: f'{D("%m/%d/%Y")[k]},#N/A N/A,#N/A N/A' if k == 6 else f'{D("%m/%d/%Y")[k]},{c[k]},{v[k]}'), {'Date': ISO, 'PX_LAST': [None if k == 6 else c[k] for k in range(n)], 'PX_VOLUME': [None if k == 6 else v[k] for k in range(n)]})
add('thinkorswim.csv', 'Date,Last,Chg\n' + rows(lambda k: f'{D("%m/%d/%y")[k]},{c[k]},+{k}.5'), {'Date': ISO, 'Last': c, 'Chg': [k + 0.5 for k in range(n)]})
add('am-pm.csv', 'Time,Last\n' + rows(lambda k: f'{(days[0] + pd.Timedelta(hours=9 + k / 2)).strftime("%m/%d/%Y %I:%M:%S %p")},{c[k]}'), refuse='date-ambiguous')
add('am-pm-told.csv', 'Time,Last\n' + rows(lambda k: f'{(days[0] + pd.Timedelta(hours=9 + k / 2)).strftime("%m/%d/%Y %I:%M:%S %p")},{c[k]}'), {'Time': instants([days[0] + pd.Timedelta(hours=9 + k / 2) for k in range(n)]), 'Last': c}, {'dayFirst': False})
import openpyxl, datetime as dt
def book(name, table, **k):
    w = openpyxl.Workbook(); s = w.active
    for r in table: s.append(r)
    w.save(os.path.join(OUT, name))
book('excel-times.xlsx', [['Date', 'Time', 'Close']] + [[minutes[k].to_pydatetime().replace(hour=0, minute=0), minutes[k].time(), float(c[k])] for k in range(n)])
add('excel-times.xlsx', None, {'Date': MIN, 'Close': c})
book('excel-datetimes.xlsx', [['Time', 'Close']] + [[minutes[k].to_pydatetime(), float(c[k])] for k in range(n)])
add('excel-datetimes.xlsx', None, {'Time': MIN, 'Close': c})
book('excel-only-times.xlsx', [['Close', 'Time of day']] + [[float(c[k]), minutes[k].time()] for k in range(n)])
add('excel-only-times.xlsx', None, {'Close': c, 'Time of day': minutes.strftime('%H:%M:%S')})
book('excel-titles.xlsx', [['Kursverlauf'], ['Stand 2024'], [], ['Datum', 'Schluss', 'Volumen']] + [[days[k].to_pydatetime(), float(c[k]), int(v[k])] for k in range(n)] + [['Summe', None, int(v.sum())]])
add('excel-titles.xlsx', None, {'Datum': ISO, 'Schluss': c, 'Volumen': v})
book('excel-text-dates.xlsx', [['Date', 'Close']] + [[D('%d/%m/%Y')[k], str(c[k])] for k in range(n)])
add('excel-text-dates.xlsx', None, {'Date': ISO, 'Close': c})
book('excel-wide.xlsx', [['Date', 'AAA', 'BBB']] + [[days[k].to_pydatetime(), float(o[k]), None if k == 2 else float(c[k])] for k in range(n)])
add('excel-wide.xlsx', None, {'Date': ISO, 'AAA': o, 'BBB': [None if k == 2 else c[k] for k in range(n)]})
json.dump({'forms': FORMS}, open(os.path.join(OUT, 'wild.json'), 'w'), ensure_ascii=False, indent=1)
print(len(FORMS))
